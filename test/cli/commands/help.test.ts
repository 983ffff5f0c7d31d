import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { COMMANDS } from "../../../src/cli/commands.ts";
import { TOPICS } from "../../../src/help/topics.ts";
import { expectGolden } from "../../golden/golden.ts";
import { cli } from "../context.ts";

describe("help", () => {
  test.each([["help"], ["--help"], ["-h"]])("gives the help of everything that was reviewed for %s", async (word) => {
    const { code, out, err } = await cli([word]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expectGolden("help.txt", out);
  });

  test.each(COMMANDS.map(({ name }) => name))("gives the help of %s that was reviewed", async (name) => {
    const { code, out, err } = await cli(["help", name]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expectGolden(`help-${name}.txt`, out);
    if (name !== "help") expect((await cli([name, "--help"])).out).toBe(out);
  });

  const pages = TOPICS.filter(({ file }) => file === undefined);
  test.each(pages.map(({ name }) => name))("prints the page on %s, no line wider than the help", async (name) => {
    const { code, out, err } = await cli(["help", name]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^\S.*\n=+\n/);
    // What is copied from code blocks keeps its lines.
    const wide = out.split("\n").filter((line) => line.length > 100 && !line.startsWith("    "));
    expect(wide).toEqual([]);
  });

  const files = TOPICS.flatMap(({ name, file }) => (file === undefined ? [] : [[name, file] as const]));
  test.each(files)("prints the file of %s as it is, also at a terminal that is narrower", async (name, file) => {
    const { out } = await cli(["help", name], { screen: () => ({ columns: 40, rows: 1000 }) });
    expect(out).toBe(await Bun.file(join(import.meta.dir, "../../../src/help", file)).text());
  });

  test("wraps a page to a narrower screen", async () => {
    const { out } = await cli(["help", "limits"], { screen: () => ({ columns: 60, rows: 100_000 }) });
    const wide = out.split("\n").filter((line) => line.length > 60 && !line.startsWith("    "));
    expect(wide).toEqual([]);
  });

  test("ends with 2 at a word that is neither a command nor a topic, and says what was probably meant", async () => {
    expect(await cli(["help", "limts"])).toEqual({
      code: 2,
      out: "",
      err: "error: no help on 'limts'\n(Did you mean limits?)\n'warp-telemetry help' lists all commands and topics\n",
    });
  });

  test("no topic has the name of a command", () => {
    const names = [...COMMANDS, ...TOPICS].map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
});
