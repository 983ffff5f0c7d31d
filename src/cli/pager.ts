import { resolve } from "node:path";
import { fired, sleep } from "../lib/sleep.ts";
import { distrustOf, isRoot } from "../lib/trust.ts";
import type { CliContext } from "./context.ts";

/** Used when no `PAGER` is set, or when it cannot be used. */
const PAGERS = ["less", "more"] as const;
/** For a pager that does not end when we are stopped. */
const END_MAX_MS = 1000;

/**
 * Shows `text` on standard output. A text that is longer than the screen goes through `PAGER`, `less` or `more`. It is
 * printed as it is if standard output is no terminal, if there is no pager, and if the pager fails. A stop signal ends
 * the pager. A fault of the pager never makes it reject.
 */
export async function showPaged(text: string, context: CliContext): Promise<void> {
  const { screen, out, stop } = context;
  const rows = screen()?.rows ?? Number.POSITIVE_INFINITY;
  const command = text.split("\n").length > rows ? pagerOf(context) : undefined;
  const isShown = command !== undefined && (await runPager(command, text, context));
  if (!isShown && !stop.aborted) out(text);
}

/**
 * The pager's program and its arguments; undefined when there is none. `PAGER` is split at spaces and not given to a
 * shell, so that it is known which program will run. Root runs no program that others can change or replace.
 */
function pagerOf({ variables, workingDirectory }: CliContext): readonly string[] | undefined {
  const wanted = variables["PAGER"]?.trim();
  if (wanted === "" || wanted === "cat" || isDumb(variables["TERM"])) return undefined;
  for (const [name = "", ...args] of [wanted?.split(/\s+/) ?? [], ...PAGERS.map((pager) => [pager])]) {
    const found = name.includes("/")
      ? resolve(workingDirectory, name)
      : Bun.which(name, { PATH: variables["PATH"] ?? "" });
    if (found !== null && found !== "" && isTrusted(resolve(workingDirectory, found))) return [found, ...args];
  }
  return undefined;
}

/** On such a terminal less would only ask whether to continue. */
function isDumb(terminal: string | undefined): boolean {
  return terminal === undefined || terminal === "" || terminal === "dumb";
}

function isTrusted(program: string): boolean {
  try {
    return !isRoot() || distrustOf(program) === undefined;
  } catch {
    return false;
  }
}

/** False when the pager could not be started or failed: nothing may have been shown. */
async function runPager(command: readonly string[], text: string, { variables, stop }: CliContext): Promise<boolean> {
  let pager: Bun.Subprocess;
  try {
    pager = Bun.spawn([...command], {
      // By itself less would clear the screen at its end. Its commands that start other programs are switched off.
      env: { LESS: "FRX", ...variables, LESSSECURE: "1" },
      stdin: Buffer.from(text),
      stdout: "inherit",
      stderr: "inherit",
    });
  } catch {
    return false;
  }
  await Promise.race([pager.exited, fired(stop)]);
  if (!stop.aborted) return (await pager.exited) === 0;
  pager.kill("SIGTERM");
  await Promise.race([pager.exited, sleep(END_MAX_MS)]);
  pager.kill("SIGKILL");
  return true;
}
