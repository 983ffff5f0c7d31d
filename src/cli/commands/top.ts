import { SYSTEM_CLOCK } from "../../lib/clock.ts";
import { configureLog } from "../../lib/log.ts";
import { mask } from "../../lib/mask.ts";
import { printableLines } from "../../lib/printable.ts";
import type { LiveFeedOptions } from "../../top/live-feed.ts";
import { LostError } from "../../top/lost-error.ts";
import { agentUrl, AskError, openStream } from "../ask-agent.ts";
import { type Command, type Invocation, valueOf } from "../command.ts";
import type { CliContext } from "../context.ts";
import { ONCE_FLAG } from "../control-flags.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { optionFlags, SETTINGS_FLAG } from "../flags.ts";

/** The agent answers from memory. */
const ANSWER_TIMEOUT_MS = 3000;
const USUAL_COLUMNS = 80;
/** Wider than any terminal: `COLUMNS` may be anything. */
const COLUMNS_MAX = 1000;

/** Shows what the live page shows in a terminal, until somebody leaves. 1 when the agent does not answer at the beginning. */
export const top: Command = {
  name: "top",
  description: "show the job, the machine, the streams and the log in this terminal, live",
  flags: [ONCE_FLAG, SETTINGS_FLAG, ...optionFlags("port", "host")],
  run: showAgent,
};

async function showAgent(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const { out, err, stop, variables } = context;
  const terminal = isDumb(variables) || valueOf(invocation, ONCE_FLAG) !== undefined ? undefined : context.terminal();
  try {
    const url = await agentUrl(context, invocation);
    const options = { open: opener(url), stop, clock: SYSTEM_CLOCK, wallMs: Date.now };
    // Loaded when it is needed: an agent that starts needs none of it.
    if (terminal === undefined) {
      const { onePicture } = await import("../../top/one-picture.ts");
      out(printableLines(mask(await onePicture({ ...options, columns: columnsOf(context) }))));
      return EXIT.delivered;
    }
    // A line of the log would stand in the middle of the screen.
    configureLog("error", "text");
    const { TopScreen } = await import("../../top/top-screen.ts");
    await new TopScreen({ ...options, terminal, look: hasColours(variables) ? "colours" : "weights" }).run();
    return EXIT.delivered;
  } catch (error) {
    if (!(error instanceof AskError || error instanceof LostError)) throw error;
    err(`Cannot show the agent: ${error.message}; "warp-telemetry status" says how it is\n`);
    return EXIT.failed;
  }
}

function opener(url: string): LiveFeedOptions["open"] {
  return (stop) => openStream(url, { method: "GET", path: "/live/events", timeoutMs: ANSWER_TIMEOUT_MS, stop });
}

/** Such a terminal cannot place a cursor. */
function isDumb({ TERM }: CliContext["variables"]): boolean {
  return TERM === undefined || TERM === "" || TERM === "dumb";
}

/** As https://no-color.org asks: set, and not empty. */
function hasColours({ NO_COLOR = "" }: CliContext["variables"]): boolean {
  return NO_COLOR === "";
}

function columnsOf({ screen, variables }: CliContext): number {
  const told = screen()?.columns ?? Number(variables["COLUMNS"]);
  return Number.isInteger(told) && told > 0 ? Math.min(told, COLUMNS_MAX) : USUAL_COLUMNS;
}
