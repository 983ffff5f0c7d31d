import { agentUrl, askAgent, AskError } from "../ask-agent.ts";
import { type Command, type Invocation, valueOf } from "../command.ts";
import type { CliContext } from "../context.ts";
import { RESULT_FLAG, STRICT_FLAG } from "../control-flags.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { optionFlags, SETTINGS_FLAG } from "../flags.ts";

/** The agent answers from memory. */
const ANSWER_TIMEOUT_MS = 2000;
/** As many characters as the agent takes. */
const NAME_MAX = 1024;

/**
 * Tells the agent that a step begins or ends, for runners that do not say so themselves. 0, also when nobody answers: it
 * stands in scripts of jobs. With `--strict` 1 then.
 */
export const mark: Command = {
  name: "mark",
  argument: "<start|end>",
  secondArgument: "<name>",
  description: "tell the agent that a step of the job starts or ends",
  flags: [RESULT_FLAG, STRICT_FLAG, SETTINGS_FLAG, ...optionFlags("port", "host")],
  run: sendMark,
};

async function sendMark(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const { err } = context;
  const { argument, secondArgument = "" } = invocation;
  const result = valueOf(invocation, RESULT_FLAG);
  if (argument === "start" && result !== undefined) {
    err("error: option '--result' is of 'mark end'\n");
    return EXIT.usage;
  }
  const body = {
    kind: argument === "start" ? "step-start" : "step-end",
    name: secondArgument.slice(0, NAME_MAX),
    ...(result === undefined ? {} : { result }),
  };
  try {
    const url = await agentUrl(context, invocation);
    const { stop } = context;
    await askAgent(url, { method: "POST", path: "/control/marks", body, timeoutMs: ANSWER_TIMEOUT_MS, stop });
    return EXIT.delivered;
  } catch (error) {
    if (!(error instanceof AskError)) throw error;
    err(`Warning: Cannot mark: ${error.message}\n`);
    return valueOf(invocation, STRICT_FLAG) === undefined ? EXIT.delivered : EXIT.failed;
  }
}
