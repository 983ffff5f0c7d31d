/** `bun start` at a terminal: what a newcomer types, and Ctrl-C. Nothing of the drain may be left behind. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFile } from "node:fs/promises";
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
/** A collector that takes its time to stop: whoever does not wait for the drain is seen to be early. */
const SLOW_COLLECTOR = `#!/bin/sh
trap 'sleep 2; exit 0' TERM
echo "Everything is ready" >&2
sleep 1000 & wait
`;

// The collector is not used, but without it the start script would begin to build it.
const parts = needs("executable", "collector");
const npxHasBun =
  Bun.which("npx") !== null && Bun.spawnSync(["npx", "--offline", "--yes", "bun@1.4.5", "--version"]).exitCode === 0;

const COMMANDS = [
  { label: "bun start", command: `${process.execPath} start`, isThere: true, exitCode: /code=0\n/ },
  // npx itself says 130 after Ctrl-C, whatever the code of what it ran.
  {
    label: "npx bun@1.4.5 start",
    command: "npx --offline --yes bun@1.4.5 start",
    isThere: npxHasBun,
    exitCode: /code=(0|130)\n/,
  },
];

describe.skipIf(parts.missing)(parts.title("the start script at a terminal"), () => {
  for (const { label, command, isThere, exitCode } of COMMANDS) {
    test.skipIf(!isThere)(`${label}: Ctrl-C, and the prompt returns after the final report`, async () => {
      await using base = await TempDir.create("base");
      const collector = base.file("slow-collector");
      await writeFile(collector, SLOW_COLLECTOR, { mode: 0o755 });
      const port = await freePort();
      await using shell = new Shell(ROOT, {
        WARP_TELEMETRY_PORT: String(port),
        WARP_TELEMETRY_BASE_DIRECTORY: base.file("data"),
        WARP_TELEMETRY_COLLECTOR_PATH: collector,
      });
      const origin = `http://127.0.0.1:${port}`;
      const typedAt = performance.now();
      await shell.type(command);
      await eventually("the collector's start", async () => {
        if (shell.prompts > 1) throw new Error(shell.screen);
        return (await (await fetch(`${origin}/stats`)).text()).includes('"state":"running"');
      });
      expect(performance.now() - typedAt).toBeLessThan(SECOND_START_MAX_MS);
      expect(shell.screen).toContain("status --port");

      const line = logsJson("typed at a terminal");
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${origin}/v1/logs`, { method: "POST", headers, body: line });
      expect(answer.status).toBe(200);
      const mark = shell.screen.length;
      const pressedAt = performance.now();
      shell.pressCtrlC();
      const report = await shell.prompt(mark, 40_000);
      expect(performance.now() - pressedAt).toBeGreaterThan(1900);
      // By the time the prompt is back, everything stands in objects and nothing of us is left.
      expect(linesOf(await objectsIn(base.file("data", "objects")), "logs")).toEqual([line]);
      expect(await fetch(`${origin}/health`).catch(() => "nobody listens")).toBe("nobody listens");
      expect(report).toMatch(/stopped, no line is left/i);

      const asked = shell.screen.length;
      await shell.type("echo code=$?");
      expect(await shell.prompt(asked, 5000)).toMatch(exitCode);
    });
  }
});
