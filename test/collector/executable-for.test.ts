import { describe, expect, test } from "bun:test";
import { chmodSync, closeSync, mkdirSync, writeFileSync } from "node:fs";
import { executableFor } from "../../src/collector/executable-for.ts";
import { JOB_UID, needsJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";

const USER = { uid: JOB_UID, gid: JOB_UID };
const root = needsJob();

describe.skipIf(root.missing)(root.title("executableFor()"), () => {
  test("names a program by its path where its user can reach it", () => {
    expect(executableFor("/usr/bin/env", USER)).toEqual({ path: "/usr/bin/env" });
    expect(executableFor("/no/such/file", undefined)).toEqual({ path: "/no/such/file" });
  });

  test("hands over a program in a closed folder by its descriptor, and it runs", () => {
    using directory = new TempDir();
    mkdirSync(directory.file("closed"), { mode: 0o700 });
    const file = directory.file("closed", "program");
    writeFileSync(file, "#!/bin/sh\nid -u\n", { mode: 0o755 });
    const { path, fd } = executableFor(file, USER);
    expect(path).toBe("/proc/self/fd/3");
    const asJob = ["setpriv", `--reuid=${JOB_UID}`, "--clear-groups", path];
    const child = Bun.spawnSync(asJob, { stdio: ["ignore", "pipe", "inherit", fd ?? "ignore"] });
    if (fd !== undefined) closeSync(fd);
    expect(child.stdout.toString()).toBe(`${JOB_UID}\n`);
  });

  test("names the remedy for a file that its user may not execute", () => {
    using directory = new TempDir();
    const file = directory.file("program");
    writeFileSync(file, "");
    chmodSync(file, 0o700);
    expect(() => executableFor(file, USER)).toThrow(`its mode is 700; run: chmod o+rx "${file}"`);
  });
});
