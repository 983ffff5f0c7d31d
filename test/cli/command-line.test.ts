import { describe, expect, test } from "bun:test";
import { parseCommandLine } from "../../src/cli/command-line.ts";
import { OPTIONS } from "../../src/config/options.ts";
import { expectGolden } from "../golden/golden.ts";

describe("parseCommandLine()", () => {
  test("runs when nothing is said", () => {
    expect(parseCommandLine([])).toEqual({ kind: "command", name: "run", flags: new Map() });
  });

  test.each([[["status", "--port", "5"]], [["--port", "5", "status"]], [["--port=5", "status"]]])(
    "takes flags before and after the command: %p",
    (argv) => {
      const flags = new Map([["telemetry.port", "5"]]);
      expect(parseCommandLine(argv)).toEqual({ kind: "command", name: "status", flags });
    },
  );

  test("gathers a repeated flag, turns --no-… into false, and keeps the settings file apart", () => {
    const argv = ["--collector-config", "a", "--no-collector", "--collector-config=b", "--settings", "s.json"];
    expect(parseCommandLine(argv)).toEqual({
      kind: "command",
      name: "run",
      flags: new Map<string, boolean | string[]>([
        ["telemetry.collector.enabled", false],
        ["telemetry.collector.config", ["a", "b"]],
      ]),
      settingsPath: "s.json",
    });
  });

  const flagged = OPTIONS.filter(({ flag }) => flag !== undefined);
  test.each(flagged.map(({ key, flagName }) => [flagName ?? "", key]))("reads %s as %s", (flagName, key) => {
    const line = parseCommandLine(flagName.startsWith("--no-") ? [flagName] : [flagName, "x"]);
    expect(line.kind === "command" ? [...line.flags.keys()] : line).toEqual([key]);
  });

  test.each([["-V"], ["--version"], ["version"]])("knows %s", (word) => {
    expect(parseCommandLine([word])).toMatchObject({ kind: "command", name: "version" });
  });

  test.each([["-h"], ["--help"], ["help"]])("gives the help that was reviewed for %s", (word) => {
    const line = parseCommandLine([word]);
    if (line.kind !== "help") throw new Error(`Cannot read the help: got ${line.kind}`);
    expectGolden("help.txt", line.text);
  });

  const hint = "'warp-telemetry --help' lists all commands and options\n";
  test.each([
    [["--prot", "1"], "error: unknown option '--prot'\n(Did you mean --port?)\n"],
    [["--port"], "error: option '--port <n>' argument missing\n"],
    [["stauts"], "error: unknown command 'stauts'\n(Did you mean status?)\n"],
    [["run", "again"], "error: too many arguments for 'run'. Expected 0 arguments but got 1: again.\n"],
    [["--polling-secret=s3cret"], "error: unknown option '--polling-secret'\n"],
  ])("refuses %p with a next step", (argv, text) => {
    expect(parseCommandLine(argv)).toEqual({ kind: "usage-error", text: text + hint });
  });
});
