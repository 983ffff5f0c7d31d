import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { findTool, searchPathOf, toolPath } from "../../src/collector/search-path.ts";
import { JOB_UID, needsJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";

const root = needsJob();

describe.skipIf(process.platform === "win32")("searchPathOf()", () => {
  test.each(["", "/usr/bin", "/usr/bin:/no/such/folder"])("takes %p as it is", (path) => {
    expect(searchPathOf(path)).toEqual({ folders: path.split(":").filter(Boolean), skipped: [] });
  });

  test.each([":/usr/bin", "/usr/bin:", "/usr/bin::/bin", ".:/usr/bin", "../bin:/usr/bin", "bin:/usr/bin"])(
    "passes over what depends on the working directory in %p, and says so once",
    (path) => {
      const { folders, skipped } = searchPathOf(`${path}:${path}`);
      expect(folders.every((folder) => folder.startsWith("/"))).toBe(true);
      expect(skipped).toHaveLength(1);
      expect(skipped[0]?.reason).toMatch(/an empty entry|the relative entry/);
    },
  );

  test.skipIf(root.missing)(root.title("passes over a folder of the job when we are root"), () => {
    using directory = new TempDir();
    mkdirSync(directory.file("bin"));
    chownSync(directory.file("bin"), JOB_UID, JOB_UID);
    const { folders, skipped } = searchPathOf(`${directory.file("bin")}:/usr/bin`);
    expect(folders).toEqual(["/usr/bin"]);
    expect(skipped).toEqual([
      expect.objectContaining({ path: directory.file("bin"), remedy: `chown -h root "${directory.file("bin")}"` }),
    ]);
  });

  test.skipIf(root.missing)(root.title("passes over a folder that the job can make later"), () => {
    using directory = new TempDir();
    mkdirSync(directory.file("sticky"));
    chmodSync(directory.file("sticky"), 0o1777);
    const missing = directory.file("sticky", "bin");
    const { folders, skipped } = searchPathOf(`${missing}:/usr/bin`);
    expect(folders).toEqual(["/usr/bin"]);
    expect(skipped).toEqual([expect.objectContaining({ path: missing, remedy: `mkdir -m 755 "${missing}"` })]);
  });
});

test.skipIf(root.missing)(
  root.title("findTool() takes nothing that a job can change, not through a link either"),
  () => {
    using directory = new TempDir();
    const [tool, link] = [directory.file("job", "choom"), directory.file("choom")];
    mkdirSync(directory.file("job"));
    writeFileSync(tool, "#!/bin/sh\n", { mode: 0o755 });
    symlinkSync(tool, link);
    expect(findTool("choom", directory.path)).toBe(link);
    chownSync(directory.file("job"), JOB_UID, JOB_UID);
    expect(findTool("choom", directory.path)).toBeUndefined();
  },
);

test.skipIf(process.platform === "win32")("toolPath() ends with the system's own folders, each once", () => {
  expect(toolPath({ folders: ["/opt/bin", "/usr/bin"], skipped: [] })).toBe("/opt/bin:/usr/bin:/usr/sbin:/sbin:/bin");
});
