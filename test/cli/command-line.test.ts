import { describe, expect, test } from "bun:test";
import fc from "fast-check";
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

  test("takes the last of two, and a value that looks like a flag when it is tied to its own", () => {
    const argv = ["--destination", "a", "--port", "-5", "--destination=--b", "--settings=1", "--settings=2"];
    expect(parseCommandLine(argv)).toEqual({
      kind: "command",
      name: "run",
      flags: new Map([
        ["telemetry.destination", "--b"],
        ["telemetry.port", "-5"],
      ]),
      settingsPath: "2",
    });
  });

  test("hands recover its file, also one that looks like a flag, behind --", () => {
    expect(parseCommandLine(["recover", "a.ring"])).toMatchObject({ name: "recover", file: "a.ring" });
    expect(parseCommandLine(["recover", "--", "--port"])).toMatchObject({ name: "recover", file: "--port" });
  });

  test.each([[["run", "again", "--help"]], [["--prot", "-h"]], [["help", "me"]]])("helps in spite of %p", (argv) => {
    expect(parseCommandLine(argv).kind).toBe("help");
  });

  const hint = "'warp-telemetry --help' lists all commands and options\n";
  test.each([
    [["--prot", "1"], "error: unknown option '--prot'\n(Did you mean --port?)\n"],
    [["--port"], "error: option '--port <n>' argument missing\n"],
    [["stauts"], "error: unknown command 'stauts'\n(Did you mean status?)\n"],
    [["run", "again"], "error: too many arguments for 'run': again\n"],
    [["recover"], "error: missing argument <file> of 'recover'\n"],
    [["recover", "a", "b", "c"], "error: too many arguments for 'recover': b c\n"],
    [["--polling-secret=s3cret"], "error: unknown option '--polling-secret'\n"],
    [["polling-secret=s3cret"], "error: unknown command 'polling-secret'\n"],
    [["run", "polling-secret=s3cret"], "error: too many arguments for 'run': polling-secret\n"],
    [["-port=s3cret"], "error: unknown option '-port'\n(Did you mean --port?)\n"],
    [["--port", "--host", "::1"], "error: option '--port <n>' argument missing\n"],
    [["--no-collector=s3cret"], "error: option '--no-collector' takes no value\n"],
  ])("refuses %p with a next step", (argv, text) => {
    expect(parseCommandLine(argv)).toEqual({ kind: "usage-error", text: text + hint });
  });

  test("never throws, and never shows the value of a flag that it does not know", () => {
    const word = fc.oneof(
      fc.string(),
      fc.string().map((text) => `--${text}`),
      fc.constantFrom("-", "--", "-hV", "run"),
    );
    fc.assert(
      fc.property(fc.array(word), fc.array(word), (before, after) => {
        const line = parseCommandLine([...before, "--polling-secret=s3cret", ...after]);
        expect(JSON.stringify(line)).not.toContain("s3cret");
      }),
    );
  });
});
