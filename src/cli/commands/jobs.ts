import { mask } from "../../lib/mask.ts";
import { printableLines } from "../../lib/printable.ts";
import { agentUrl, askAgent, AskError } from "../ask-agent.ts";
import { type Command, type Invocation, valueOf } from "../command.ts";
import type { CliContext } from "../context.ts";
import { FORMAT_FLAG } from "../control-flags.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { optionFlags, SETTINGS_FLAG } from "../flags.ts";
import { jobsTable } from "./jobs-table.ts";

/** The agent answers from memory. */
const ANSWER_TIMEOUT_MS = 3000;

/** Prints the jobs of the agent's run with their steps: a table on a terminal, JSON otherwise. 1 when it cannot know. */
export const jobs: Command = {
  name: "jobs",
  description: "print the jobs and steps of this run with durations, peak CPU and memory",
  flags: [FORMAT_FLAG, SETTINGS_FLAG, ...optionFlags("port", "host")],
  run: printJobs,
};

async function printJobs(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const { out, err, screen, stop } = context;
  try {
    const url = await agentUrl(context, invocation);
    const answer = await askAgent(url, { method: "GET", path: "/control/jobs", timeoutMs: ANSWER_TIMEOUT_MS, stop });
    const format = valueOf(invocation, FORMAT_FLAG) ?? (screen() === undefined ? "json" : "table");
    // Escaped, text of the job is the same to a reader of JSON, and nothing to a terminal.
    const text = format === "table" ? jobsTable(answer, Date.now()) : `${JSON.stringify(answer, undefined, 2)}\n`;
    out(printableLines(mask(text)));
    return EXIT.delivered;
  } catch (error) {
    if (!(error instanceof AskError)) throw error;
    err(`Cannot ask for the jobs: ${error.message}\n`);
    return EXIT.failed;
  }
}
