import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { powershellScript, shellScript } from "../../src/cli/hook-scripts.ts";
import { Child } from "../support/child.ts";
import { TempDir } from "../support/temp-dir.ts";

const directory = new TempDir("hook-scripts");
const folder = directory.path;
afterAll(() => directory[Symbol.dispose]());
/** As the runner starts a hook, and as a machine without bash does. */
const SHELLS = [
  ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"],
  ["sh", "-e"],
  ["dash", "-e"],
].filter(([name = ""]) => Bun.which(name) !== null);
const HOSTILE = 'it\'s $(reboot) `reboot` "x" \\ ; & | > * ~ #\n-e';

function program(name: string, script: string, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode });
  return path;
}

async function run(
  shell: readonly string[],
  path: string,
  args: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
) {
  const script = join(folder, `${crypto.randomUUID()}.sh`);
  writeFileSync(script, shellScript({ moment: "started", program: path, args }));
  const environment = {
    PATH: process.env["PATH"] ?? "",
    GITHUB_TOKEN: "s3cret",
    LOG: join(folder, "log"),
    ...variables,
  };
  await using child = new Child([...shell, script], { environment, directory: folder });
  const { code } = await child.ended(10_000);
  expect(child.output).not.toContain("s3cret");
  return { code, output: child.output };
}

describe.each(SHELLS.map((shell) => [shell[0] ?? "", shell] as const))("the script under %s", (_, shell) => {
  test("hands any program any words, and ends with 0", async () => {
    const odd = join(folder, "it's a $(dir)");
    mkdirSync(odd, { recursive: true });
    const path = program("it's a $(dir)/`program`", 'printf "<%s>" "$@" > "$LOG"');
    const { code, output } = await run(shell, path, [HOSTILE, ""]);
    expect({ code, output }).toEqual({ code: 0, output: "" });
    expect(readFileSync(join(folder, "log"), "utf8")).toBe(`<hook><started><${HOSTILE}><>`);
  });

  test.each([
    ["is not there", () => join(folder, "missing")],
    ["is a folder", () => folder],
    ["fails", () => program("fails", "exit 7")],
    ["is killed", () => program("killed", "kill -9 $$")],
    ["is no program", () => program("none", "\u0000\u0001", 0o755)],
    ["has no interpreter", () => program("lost", "", 0o755).replace(/$/, "")],
  ])("ends with 0 when the program %s", async (what, make) => {
    const path = make();
    if (what === "has no interpreter") writeFileSync(path, "#!/nowhere/interpreter\n", { mode: 0o755 });
    expect((await run(shell, path)).code).toBe(0);
  });
});

test.skipIf(Bun.which("bash") === null)(
  "ends with 0 also when a command of the script itself fails under -e",
  async () => {
    const functions = join(folder, "functions");
    writeFileSync(functions, "kill() { case $1 in -9) return 1;; esac; }\nsleep() { return 1; }\n");
    const { code } = await run(SHELLS[0] ?? [], program("quick", "exit 0"), [], { BASH_ENV: functions });
    expect(code).toBe(0);
  },
);

test("the script for PowerShell quotes as PowerShell and Windows do", () => {
  const script = powershellScript({
    moment: "completed",
    program: "C:\\it's\\warp-telemetry.exe",
    args: ["--settings=C:\\a b\\", 'x"y'],
  });
  expect(script).toContain("$program = 'C:\\it''s\\warp-telemetry.exe'\r\n");
  expect(script).toContain(`$start.Arguments = 'hook completed "--settings=C:\\a b\\\\" "x\\"y"'\r\n`);
  expect(script).toEndWith("exit 0\r\n");
  expect(script.replaceAll("\r\n", "")).not.toContain("\n");
});
