/** `bun start` at a terminal: what a newcomer types, and Ctrl-C. Nothing of the drain may be left behind. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { linesOf } from "../support/lines.ts";
import { logsJson } from "../support/samples.ts";
import { Shell } from "../support/shell.ts";
import { objectsIn } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(120_000);

const ROOT = join(import.meta.dir, "../..");
/** The promise is 3 s on an idle machine; tests run beside others. */
const SECOND_START_MAX_MS = 6000;

const parts = needs("executable", "collector");
const npxHasBun =
  Bun.which("npx") !== null && Bun.spawnSync(["npx", "--offline", "--yes", "bun@1.4.5", "--version"]).exitCode === 0;

const COMMANDS = [
  { command: `${process.execPath} start`, isThere: true },
  { command: "npx --offline --yes bun@1.4.5 start", isThere: npxHasBun },
];

describe.skipIf(parts.missing)(parts.title("the start script at a terminal"), () => {
  for (const { command, isThere } of COMMANDS) {
    test.skipIf(!isThere)(
      `${command.replace(process.execPath, "bun")}: Ctrl-C, and the prompt returns after the final report`,
      async () => {
        await using base = await TempDir.create("base");
        const port = await freePort();
        await using shell = new Shell(ROOT, {
          WARP_TELEMETRY_PORT: String(port),
          WARP_TELEMETRY_BASE_DIRECTORY: base.path,
          WARP_TELEMETRY_COLLECTOR_SYSLOG_PATH: base.file("no-syslog"),
        });
        const typedAt = performance.now();
        await shell.type(command);
        await eventually("an answer of /health", async () => {
          if (shell.prompts > 1) throw new Error(shell.screen);
          return (await fetch(`http://127.0.0.1:${port}/health`)).status > 0;
        });
        expect(performance.now() - typedAt).toBeLessThan(SECOND_START_MAX_MS);
        expect(shell.screen).toContain("/stats");

        const line = logsJson("typed at a terminal");
        const headers = { "content-type": "application/json" };
        const answer = await fetch(`http://127.0.0.1:${port}/v1/logs`, { method: "POST", headers, body: line });
        expect(answer.status).toBe(200);
        const pressedAt = shell.screen.length;
        shell.pressCtrlC();
        const report = await shell.prompt(pressedAt, 40_000);
        // By the time the prompt is back, everything stands in objects and nothing of us is left.
        expect(linesOf(await objectsIn(base.file("objects")), "logs")).toContain(line);
        const afterwards = await fetch(`http://127.0.0.1:${port}/health`).catch(() => "nobody listens");
        expect(afterwards).toBe("nobody listens");
        expect(report).toMatch(/stopped/);

        const mark = shell.screen.length;
        await shell.type("echo code=$?");
        expect(await shell.prompt(mark, 5000)).toContain("code=0");
      },
    );
  }
});
