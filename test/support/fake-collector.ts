/**
 * A collector that misbehaves on demand. Run it as `bun fake-collector.ts MODE …`; what follows the mode is ignored,
 * since the supervisor passes it the real collector's arguments.
 */
import { writeSync } from "node:fs";
import { env, exit, on } from "node:process";

export type FakeMode =
  | "obeys"
  | "obeys-late"
  | "ignores-sigterm"
  | "crashes"
  | "crashes-loudly"
  | "floods"
  | "leaves-grandchild"
  /** As before, but the grandchild is in a session of its own: no group signal reaches it. */
  | "leaves-escaped-grandchild"
  | "tells-environment"
  | "never-ready";

const STDERR = 2;
const FLOOD_CHUNK = `${"x".repeat(1023)}\n`.repeat(64);

function say(line: string): void {
  writeSync(STDERR, `${line}\n`);
}

function leaveGrandchild(command: string[]): void {
  const grandchild = Bun.spawn(command, { stdio: ["ignore", "inherit", "inherit"] });
  say(`grandchild ${grandchild.pid}`);
}

function misbehave(mode = "obeys"): void {
  switch (mode) {
    case "crashes":
      say("Error: cannot load the configuration");
      return exit(1);
    case "crashes-loudly":
      for (let chunk = 0; chunk < 4; chunk++) writeSync(STDERR, FLOOD_CHUNK);
      say("Error: the very last words");
      return exit(1);
    case "floods":
      setInterval(() => writeSync(STDERR, FLOOD_CHUNK), 0);
      return;
    case "leaves-grandchild":
      return leaveGrandchild(["sleep", "60"]);
    case "leaves-escaped-grandchild":
      return leaveGrandchild(["setsid", "sleep", "60"]);
    case "tells-environment":
      return say(JSON.stringify(env));
    default:
  }
}

if (import.meta.main) {
  const mode = Bun.argv[2];
  // What it is made of: nothing.
  if (Bun.argv[3] === "components") exit(0);
  on("SIGTERM", () => {
    say("Received signal from OS");
    if (mode === "obeys-late") setTimeout(() => (say("Shutdown complete."), exit(0)), 200);
    else if (mode !== "ignores-sigterm") exit(0);
  });
  setInterval(() => {}, 60_000);
  say('Starting otelcol...\t{"Version": "0.0.1-fake"}');
  misbehave(mode);
  if (mode !== "never-ready") say("Everything is ready. Begin running and processing data.");
}
