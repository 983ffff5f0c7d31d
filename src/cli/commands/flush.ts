import { formatDuration, parseDuration } from "../../config/duration.ts";
import { FLUSH_WAIT_MS } from "../../job-pipeline.ts";
import { agentUrl, askAgent, AskError } from "../ask-agent.ts";
import { type Command, type Invocation, valueOf } from "../command.ts";
import type { CliContext } from "../context.ts";
import { STRICT_FLAG, WAIT_FLAG } from "../control-flags.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { optionFlags, SETTINGS_FLAG } from "../flags.ts";

/** The agent answers when the wait is over; so much later it is not coming. */
const GRACE_MS = 500;

/**
 * Has the agent deliver what it holds, and waits for it. 0, also when nobody answers: it stands in scripts of jobs. With
 * `--strict` 1 then, and 3 when lines are left.
 */
export const flush: Command = {
  name: "flush",
  description: "have the agent deliver what it holds now, and wait for that",
  flags: [WAIT_FLAG, STRICT_FLAG, SETTINGS_FLAG, ...optionFlags("port", "host")],
  run: flushAgent,
};

async function flushAgent(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const { out, err } = context;
  const isStrict = valueOf(invocation, STRICT_FLAG) !== undefined;
  const waitMs = parseDuration(valueOf(invocation, WAIT_FLAG) ?? "") ?? FLUSH_WAIT_MS;
  try {
    const linesLeft = await askToFlush(await agentUrl(context, invocation), {
      waitMs,
      graceMs: GRACE_MS,
      stop: context.stop,
    });
    if (linesLeft === 0) {
      out("Everything is delivered\n");
      return EXIT.delivered;
    }
    err(
      `Warning: ${linesLeft} lines are not delivered within ${formatDuration(waitMs)}; the agent goes on with them\n`,
    );
    return isStrict ? EXIT.linesLeft : EXIT.delivered;
  } catch (error) {
    if (!(error instanceof AskError)) throw error;
    err(`Warning: Cannot flush: ${error.message}\n`);
    return isStrict ? EXIT.failed : EXIT.delivered;
  }
}

export interface FlushOptions {
  readonly waitMs: number;
  /** How much later than that the answer may come. */
  readonly graceMs: number;
  readonly stop: AbortSignal;
}

/** The lines that are left after the wait. Rejects with AskError. */
export async function askToFlush(url: string, { waitMs, graceMs, stop }: FlushOptions): Promise<number> {
  const path = `/control/flush?wait_ms=${waitMs}`;
  const { lines_left: linesLeft } = await askAgent(url, { method: "POST", path, timeoutMs: waitMs + graceMs, stop });
  if (typeof linesLeft !== "number") throw new AskError(`${url} does not say how many lines are left`);
  return linesLeft;
}
