import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { COMMAND_KINDS, isReceiving } from "../../src/cli/command-names.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { parseCommandLine } from "../../src/cli/command-line.ts";
import { OPTIONS } from "../../src/config/options.ts";

/** A command line without mistakes: which command, and what it is told. */
function parsed(argv: readonly string[]) {
  const line = parseCommandLine(argv);
  if (line.kind !== "command") throw new Error(`Cannot read ${argv.join(" ")}: ${line.text}`);
  return { name: line.command.name, ...line.invocation };
}

describe("parseCommandLine()", () => {
  test("runs when nothing is said", () => {
    expect(parsed([])).toEqual({ name: "run", flags: new Map() });
  });

  test.each([[["status", "--port", "5"]], [["--port", "5", "status"]], [["--port=5", "status"]]])(
    "takes flags before and after the command: %p",
    (argv) => {
      const flags = new Map([["telemetry.port", "5"]]);
      expect(parsed(argv)).toEqual({ name: "status", flags });
    },
  );

  test("reads a flag as that of the command, where another command has one of the same name", () => {
    expect(parsed(["replay", "x", "--to", "http://127.0.0.1:1"]).given).toEqual(
      new Map([["to", "http://127.0.0.1:1"]]),
    );
    expect(parsed(["--to", "discard:", "recover", "x"]).flags).toEqual(
      new Map([["telemetry.destination", "discard:"]]),
    );
    const takesValue = COMMANDS.flatMap(({ flags }) => flags.map((flag) => `${flag.name} ${flag.takesValue}`));
    expect(new Set(takesValue).size).toBe(new Set(takesValue.map((text) => text.split(" ")[0])).size);
  });

  test("takes any number of words where a command does", () => {
    expect(parsed(["report", "a"])).toEqual({ name: "report", flags: new Map(), argument: "a" });
    expect(parsed(["report", "a", "--format", "csv", "b", "c"])).toMatchObject({
      argument: "a",
      moreArguments: ["b", "c"],
    });
    expect(parseCommandLine(["recover", "a", "b"])).toMatchObject({ kind: "usage-error" });
  });

  test("gathers a repeated flag, turns --no-… into false, and keeps the settings file apart", () => {
    const argv = ["--collector-config", "a", "--no-collector", "--collector-config=b", "--settings", "s.json"];
    expect(parsed(argv)).toEqual({
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
    expect([...parsed(flagName.startsWith("--no-") ? [flagName] : [flagName, "x"]).flags.keys()]).toEqual([key]);
  });

  test.each([["-V"], ["--version"], ["version"]])("knows %s", (word) => {
    expect(parsed([word]).name).toBe("version");
  });

  test.each([["-h"], ["--help"], ["help"]])("takes %s for help on everything", (word) => {
    expect(parsed([word])).toEqual({ name: "help", flags: new Map() });
  });

  test("takes the last of two, and a value that looks like a flag when it is tied to its own", () => {
    const argv = ["--destination", "a", "--port", "-5", "--destination=--b", "--settings=1", "--settings=2"];
    expect(parsed(argv)).toEqual({
      name: "run",
      flags: new Map([
        ["telemetry.destination", "--b"],
        ["telemetry.port", "-5"],
      ]),
      settingsPath: "2",
    });
  });

  test("hands recover its file, also one that looks like a flag, behind --", () => {
    expect(parsed(["recover", "a.ring"])).toMatchObject({ name: "recover", argument: "a.ring" });
    expect(parsed(["recover", "--", "--port"])).toMatchObject({ name: "recover", argument: "--port" });
  });

  test.each(COMMANDS.map(({ name }) => name))("takes %s --help for help on it", (name) => {
    const expected = name === "help" ? {} : { argument: name };
    expect(parsed([name, "--help"])).toEqual({ name: "help", flags: new Map(), ...expected });
  });

  test("knows the kind of every command", () => {
    expect(Object.keys(COMMAND_KINDS).toSorted()).toEqual(COMMANDS.map(({ name }) => name).toSorted());
    expect(isReceiving([])).toBe(true);
    expect(isReceiving(["--port", "1", "run"])).toBe(true);
    for (const argv of [["status"], ["--port", "1", "validate"], ["--help"], ["run", "-h"], ["-V"], ["help"]]) {
      expect(isReceiving(argv), argv.join(" ")).toBe(false);
    }
  });

  test.each([[["run", "again", "--help"]], [["--prot", "-h"]], [["help", "--prot", "me"]], [["runn", "-h"]]])(
    "helps in spite of %p",
    (argv) => {
      expect(parsed(argv).name).toBe("help");
    },
  );

  const hint = "'warp-telemetry --help' lists all commands and options\n";
  test.each([
    [["--prot", "1"], "error: unknown option '--prot'\n(Did you mean --port?)\n"],
    [["--port"], "error: option '--port <n>' argument missing\n"],
    [["stauts"], "error: unknown command 'stauts'\n(Did you mean status?)\n"],
    [["run", "again"], "error: too many arguments for 'run': again\n"],
    [["status", "--destination", "d"], "error: option '--destination' is none of 'status'\n"],
    [["--buffer-lines=s3cret", "recover", "a"], "error: option '--buffer-lines' is none of 'recover'\n"],
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
