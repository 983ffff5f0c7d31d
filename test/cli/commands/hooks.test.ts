import { afterAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { cli } from "../context.ts";
import { TempDir } from "../../support/temp-dir.ts";

const temporary = new TempDir("hooks");
const folder = temporary.path;
/** A folder that no command has a reason to make. */
const MISSING = join(folder, "missing");
afterAll(() => temporary[Symbol.dispose]());
const isRoot = process.geteuid?.() === 0;

describe("hooks DIR", () => {
  test("writes two scripts for everybody, and says which variables name them", async () => {
    const directory = join(folder, "new/hooks");
    const { code, out, err } = await cli(["hooks", directory]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toBe(
      `ACTIONS_RUNNER_HOOK_JOB_STARTED=${directory}/job-started.sh\n` +
        `ACTIONS_RUNNER_HOOK_JOB_COMPLETED=${directory}/job-completed.sh\n`,
    );
    expect(readdirSync(directory).toSorted()).toEqual(["job-completed.sh", "job-started.sh"]);
    expect(statSync(directory).mode & 0o777).toBe(0o755);
    for (const moment of ["started", "completed"]) {
      const script = join(directory, `job-${moment}.sh`);
      expect(statSync(script).mode & 0o777).toBe(0o755);
      const text = readFileSync(script, "utf8");
      expect(text).toContain("program='/nowhere/warp-telemetry'\n");
      expect(text).toContain(`"$program" 'hook' '${moment}' </dev/null &`);
    }
  });

  test("hands on what it was told: the port, the settings, what to export at the start, and the summary at the end", async () => {
    const directory = join(folder, "told");
    const argv = [
      "hooks",
      directory,
      "--export-otel",
      "--summary",
      "--port",
      "4000",
      "--host=::1",
      "--settings",
      "s.json",
    ];
    expect((await cli(argv, { workingDirectory: "/etc" })).code).toBe(0);
    const [started, completed] = ["started", "completed"].map((moment) =>
      readFileSync(join(directory, `job-${moment}.sh`), "utf8"),
    );
    const told = "'--port=4000' '--host=::1' '--settings=/etc/s.json' </dev/null";
    expect(started).toContain(`'hook' 'started' '--export-otel' ${told}`);
    expect(completed).toContain(`'hook' 'completed' '--summary' ${told}`);
  });

  test("writes for PowerShell, too", async () => {
    const directory = join(folder, "windows");
    expect((await cli(["hooks", directory, "--shell", "ps1"])).out).toContain("job-started.ps1\n");
    expect(readFileSync(join(directory, "job-completed.ps1"), "utf8")).toContain("hook completed");
  });

  test("puts them in the place of older ones, and follows no link in that place", async () => {
    const directory = join(folder, "again");
    await cli(["hooks", directory]);
    rmSync(join(directory, "job-started.sh"));
    symlinkSync(join(folder, "elsewhere"), join(directory, "job-started.sh"));
    symlinkSync(join(folder, "elsewhere"), join(directory, "job-started.sh.tmp"));
    expect((await cli(["hooks", directory])).code).toBe(0);
    expect(existsSync(join(folder, "elsewhere"))).toBe(false);
    expect(readFileSync(join(directory, "job-started.sh"), "utf8")).toStartWith("#!/bin/sh\n");
  });

  test.skipIf(!isRoot)("as root writes into no folder that others can change", async () => {
    const directory = join(folder, "foreign");
    mkdirSync(directory);
    chownSync(directory, 1234, 1234);
    const { code, err } = await cli(["hooks", directory]);
    expect(code).toBe(2);
    expect(err).toContain("belongs to uid 1234");
    chownSync(directory, 0, 0);
    chmodSync(directory, 0o777);
    expect((await cli(["hooks", directory])).code).toBe(2);
    expect(readdirSync(directory)).toEqual([]);
  });

  test.each([
    [["hooks"], 2, "missing argument [dir] or --setup-info"],
    [["hooks", MISSING, "--shell", "fish"], 2, "takes sh, ps1"],
    [["hooks", MISSING, "--port", "many"], 2, "telemetry.port"],
    [["hooks", "a\nb"], 1, "control characters"],
    [["hooks", "/proc/nowhere"], 1, "Cannot write the hooks: "],
  ])("%p ends with %d", async (argv, code, words) => {
    const run = await cli(argv);
    expect(run.code).toBe(code === 1 ? 1 : 2);
    expect(run.err).toContain(words);
    // A mistake leaves no folder behind.
    expect(existsSync(MISSING)).toBe(false);
  });
});

describe("hooks --setup-info", () => {
  const file = join(folder, ".setup_info");

  test("says that telemetry is on, which version, where it goes, and no secret", async () => {
    const variables = { WARP_TELEMETRY_DESTINATION: "s3://bucket/ci", AWS_SECRET_ACCESS_KEY: "s3cret" };
    const { code, out, err } = await cli(["hooks", "--setup-info", file], { variables });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toContain(file);
    const text = readFileSync(file, "utf8");
    expect(JSON.parse(text)).toEqual([
      {
        Group: "warp-telemetry",
        Detail: expect.stringMatching(
          /^Telemetry is on: warp-telemetry \S+\nObjects go to s3:\/\/bucket\/ci\/HOST\n.*:33931$/,
        ),
      },
    ]);
    expect(text).not.toContain("s3cret");
  });

  test("says that it is off", async () => {
    await cli(["hooks", "--setup-info", file], { variables: { WARP_TELEMETRY_ENABLED: "false" } });
    expect(readFileSync(file, "utf8")).toContain("Telemetry is off");
  });

  test("ends with 1 and changes nothing where there is no list", async () => {
    await Bun.write(file, "{}");
    const { code, err } = await cli(["hooks", join(folder, "both"), "--setup-info", file]);
    expect(code).toBe(1);
    expect(err).toContain("is no JSON list");
    expect(readFileSync(file, "utf8")).toBe("{}");
  });
});
