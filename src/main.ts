/**
 * The only file that knows the process: arguments, environment and signals go in, one exit code comes out.
 *
 * The first SIGTERM, SIGINT or SIGHUP asks for an orderly stop; another one at least a second later ends the process at
 * once with 128 plus its number. What was acknowledged is in the ring files either way.
 */
import { writeSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { isatty } from "node:tty";
import { runCli } from "./cli/cli.ts";
import type { Screen } from "./cli/context.ts";
import { EXIT } from "./cli/exit-codes.ts";
import { Tty } from "./cli/tty.ts";
import { SignalPolicy, STOP_SIGNALS, type StopSignal } from "./cli/stop-signals.ts";
import { IS_COMPILED } from "./cli/version.ts";
import { systemCode } from "./lib/error-text.ts";
import { sayLastWords } from "./lib/last-words.ts";
import { configureLog, flushLog, logOf } from "./lib/log.ts";
import { mask } from "./lib/mask.ts";
import { printableLines } from "./lib/printable.ts";

/** For a reader of the log that has stalled; the exit waits no longer for it. */
const LOG_FLUSH_MS = 1000;

const log = logOf("main");
const stop = new AbortController();
const policy = new SignalPolicy();
/** Set while a command has the whole screen. */
let tty: Tty | undefined;

// Until the configuration says how: a fault before that must not be silent.
configureLog("warning", "text");
for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(name, () => onSignal(name));
process.on("uncaughtException", (error) => crash("uncaught exception", error));
process.on("unhandledRejection", (reason) => crash("unhandled rejection", reason));

trimAwsVariables();

const exitCode = await runCli({
  argv: process.argv.slice(2),
  variables: process.env,
  workingDirectory: process.cwd(),
  hostName: hostname(),
  executable: process.execPath,
  executableDirectory: IS_COMPILED ? dirname(process.execPath) : join(import.meta.dir, "..", "dist"),
  isTerminal: isatty(2),
  screen,
  terminal,
  stop: stop.signal,
  out: (text) => writeTo(1, text),
  err: (text) => writeTo(2, printableLines(mask(text))),
});
await exit(exitCode);

/** AWS's libraries read them by themselves, and to them a blank that came along from a file is part of a key. */
function trimAwsVariables(): void {
  for (const [name, value = ""] of Object.entries(process.env)) {
    if (name.startsWith("AWS_") && value !== value.trim()) process.env[name] = value.trim();
  }
}

function onSignal(name: StopSignal): void {
  switch (policy.receive(performance.now())) {
    case "stop":
      log.info("Stopping; another signal, a second from now, ends at once", { signal: name });
      stop.abort();
      break;
    case "end":
      log.warn("Ended by a second signal, what is not uploaded waits in the rings for the next start", {
        signal: name,
      });
      sayLastWords({ kind: "signal", text: `a second ${name}` });
      void exit(128 + STOP_SIGNALS[name]);
      break;
    case "ignore":
      break;
  }
}

/** No orderly stop: state that nobody foresaw is no ground for more work, and the rings need none to keep their lines. */
function crash(what: string, error: unknown): void {
  tty?.leave();
  log.error(`Ended by an ${what}`, { error: error instanceof Error ? error.stack : error });
  sayLastWords({ kind: "crash", text: `${what}: ${String(error)}` });
  void exit(EXIT.failed);
}

async function exit(code: number): Promise<never> {
  // However it ends: what is said last belongs on the screen that stays.
  tty?.leave();
  await flushLog(LOG_FLUSH_MS);
  process.exit(code);
}

/** Synchronous, so that nothing is lost at the exit. A reader that went away is no reason to fail; a full disk is. */
function writeTo(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      const code = systemCode(error);
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      Bun.sleepSync(1);
    }
  }
}

/** A terminal that does not know its size has none. */
function screen(): Screen | undefined {
  if (!isatty(0) || !isatty(1)) return undefined;
  const [columns, rows] = process.stdout.getWindowSize();
  return columns > 0 && rows > 0 ? { columns, rows } : undefined;
}

function terminal(): Tty | undefined {
  if (screen() === undefined) return undefined;
  tty ??= new Tty({
    input: process.stdin,
    output: process.stdout,
    outputFd: 1,
    onSignal: (name, listener) => process.on(name, listener),
    offSignal: (name, listener) => process.off(name, listener),
    // All of the job that the shell knows: npx or sudo may be between.
    stopJob: () => process.kill(0, "SIGSTOP"),
  });
  return tty;
}
