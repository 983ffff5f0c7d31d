import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import type { CliContext } from "../../src/cli/context.ts";
import { showPaged } from "../../src/cli/pager.ts";
import { eventually } from "../support/eventually.ts";
import { isAlive } from "../support/is-alive.ts";
import { TempDir } from "../support/temp-dir.ts";

const ROWS = 24;
const SHORT = "one line\n";
const LONG = "a line\n".repeat(200_000);
const isRoot = process.geteuid?.() === 0;

/** A pager that keeps what it is given, and its arguments. */
const KEEPS = (folder: TempDir) => `printf '%s\\n' "$@" > '${folder.file("args")}'; cat > '${folder.file("shown")}'`;

function program(folder: TempDir, name: string, script: string): string {
  const path = folder.file(name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}

/** What was printed without a pager. */
async function printed(
  text: string,
  variables: Readonly<Record<string, string>>,
  given: Partial<CliContext> = {},
): Promise<string> {
  let out = "";
  await showPaged(text, {
    argv: [],
    variables: { TERM: "xterm", ...variables },
    workingDirectory: "/nowhere",
    hostName: "machine",
    executable: "/nowhere/warp-telemetry",
    executableDirectory: "/nowhere",
    isTerminal: true,
    screen: () => ({ columns: 80, rows: ROWS }),
    terminal: () => undefined,
    stop: new AbortController().signal,
    out: (piece) => (out += piece),
    err: () => {},
    ...given,
  });
  return out;
}

describe("showPaged()", () => {
  test("gives a text that is longer than the screen to PAGER, whole", async () => {
    await using folder = await TempDir.create("pager");
    const pager = program(folder, "pager", KEEPS(folder));
    expect(await printed(LONG, { PAGER: `${pager} -R  -S` })).toBe("");
    expect(readFileSync(folder.file("shown"), "utf8")).toBe(LONG);
    expect(readFileSync(folder.file("args"), "utf8")).toBe("-R\n-S\n");
  });

  test.each(["less", "more"])("looks for %s in PATH when PAGER is not set or not there", async (name) => {
    await using folder = await TempDir.create("pager");
    program(folder, name, `PATH=/usr/bin:/bin; ${KEEPS(folder)}`);
    expect(await printed(LONG, { PATH: folder.path })).toBe("");
    expect(await printed(LONG, { PATH: folder.path, PAGER: "most" })).toBe("");
    expect(readFileSync(folder.file("shown"), "utf8")).toBe(LONG);
  });

  test("prints what fits on the screen, and everything where there is no screen", async () => {
    await using folder = await TempDir.create("pager");
    const pager = program(folder, "pager", KEEPS(folder));
    expect(await printed(SHORT, { PAGER: pager })).toBe(SHORT);
    expect(await printed(LONG, { PAGER: pager }, { screen: () => undefined })).toBe(LONG);
    expect(existsSync(folder.file("shown"))).toBe(false);
  });

  test.each([{ PAGER: "" }, { PAGER: "cat" }, { TERM: "dumb" }, { PATH: "/nowhere" }])(
    "prints the text with %p",
    async (variables) => {
      await using folder = await TempDir.create("pager");
      program(folder, "less", KEEPS(folder));
      expect(await printed(LONG, { PATH: folder.path, ...variables })).toBe(LONG);
      expect(existsSync(folder.file("shown"))).toBe(false);
    },
  );

  test("prints the text when the pager fails, and not again when it was left early", async () => {
    await using folder = await TempDir.create("pager");
    expect(await printed(LONG, { PAGER: program(folder, "fails", "exit 3") })).toBe(LONG);
    expect(await printed(LONG, { PAGER: program(folder, "left", "read line; exit 0") })).toBe("");
  });

  test("a stop signal ends a pager that goes on by itself", async () => {
    await using folder = await TempDir.create("pager");
    const stop = new AbortController();
    const script = `trap '' TERM; echo $$ > '${folder.file("pid")}'; while :; do sleep 1; done`;
    const shown = printed(LONG, { PAGER: program(folder, "stays", script) }, { stop: stop.signal });
    const pid = await eventually("the pager", () => Number(pidIn(folder)) || undefined);
    stop.abort();
    expect(await shown).toBe("");
    await eventually("the pager's end", () => !isAlive(pid));
  });

  test.skipIf(!isRoot)("an agent of root runs no pager that others can replace", async () => {
    await using folder = await TempDir.create("pager");
    const pager = program(folder, "less", KEEPS(folder));
    chmodSync(folder.path, 0o777);
    expect(await printed(LONG, { PAGER: pager, PATH: folder.path })).toBe(LONG);
    expect(existsSync(folder.file("shown"))).toBe(false);
  });
});

function pidIn(folder: TempDir): string {
  return readFileSync(folder.file("pid"), "utf8").trim();
}
