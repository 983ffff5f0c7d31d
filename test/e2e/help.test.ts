/** The pages that the executable carries, at a terminal with a real pager and into a pipe. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { built, needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { Shell } from "../support/shell.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(30_000);

const agentOnly = needs("executable");
const hasLess = Bun.which("less") !== null;
const TERMINAL = { TERM: "xterm" };

describe.skipIf(agentOnly.missing)(agentOnly.title("help"), () => {
  test("into a pipe, a page is text without escape codes", () => {
    const { stdout, exitCode } = Bun.spawnSync([built("executable"), "help", "limits"], { env: { PAGER: "false" } });
    expect(exitCode).toBe(0);
    expect(stdout.toString()).toStartWith("Limits");
    expect(stdout.toString()).not.toContain("\u001b");
  });

  describe.skipIf(!hasLess)("at a terminal with less", () => {
    test.each([
      ["q", "q"],
      ["Ctrl-C", "\u0003"],
    ])("a page waits to be read, and %s ends it with 0", async (_, key) => {
      await using folder = await TempDir.create("help");
      await using shell = new Shell(folder.path, TERMINAL);
      const before = shell.screen.length;
      await shell.type(`${built("executable")} help configuration`);
      const since = (): string => shell.screen.slice(before);
      await eventually("the first screen of the page", () => since().includes("=====") && since().endsWith("\u001b[K"));
      expect(since()).not.toContain("PROMPT> ".repeat(2));
      shell.press(key);
      await shell.type("echo code=$?");
      await eventually("the exit code", () => since().includes("code=0\n"));
    });
  });
});
