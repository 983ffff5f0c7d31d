import type { JsonObject } from "../../lib/json-object.ts";
import { errorText } from "../../lib/error-text.ts";
import { unlessAborted } from "../../lib/sleep.ts";
import { appendToFile } from "../append-file.ts";
import { askSummary } from "../ask-summary.ts";
import { agentUrl, askAgent } from "../ask-agent.ts";
import { type Command, type Invocation, valueOf } from "../command.ts";
import type { CliContext } from "../context.ts";
import { EXPORT_FLAG, SUMMARY_FLAG } from "../control-flags.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { appendVariables, otelVariables } from "../export-otel.ts";
import { optionFlags, SETTINGS_FLAG } from "../flags.ts";
import { githubJob } from "../github-job.ts";
import { askToFlush } from "./flush.ts";

/** Of the process, from its first moment. The script that starts it ends it half a second later. */
const LIMIT_MS = 3500;
/** The agent answers from memory. A job waits for its hook. */
const MARK_TIMEOUT_MS = 1000;
const FLUSH_WAIT_MS = 2000;
const FLUSH_GRACE_MS = 300;
/** Asked while the flush waits. */
const SUMMARY_TIMEOUT_MS = 1500;
/** Above it the runner refuses the file, with an error on the page of the job (FileCommandManager.cs). */
const SUMMARY_MAX_BYTES = 1024 * 1024;

/**
 * What the scripts of `hooks` call. 0 always, within the limit whatever the agent does: a hook that fails fails the job.
 * Prints one line when something did not work, and never text of the environment.
 */
export const hook: Command = {
  name: "hook",
  argument: "<started|completed>",
  description: "what the scripts of 'hooks' call before and after a job; never fails",
  isInternal: true,
  flags: [EXPORT_FLAG, SUMMARY_FLAG, SETTINGS_FLAG, ...optionFlags("port", "host")],
  run: runHook,
};

async function runHook(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const limit = AbortSignal.timeout(Math.max(0, LIMIT_MS - performance.now()));
  try {
    const work = invocation.argument === "started" ? started(context, invocation) : completed(context, invocation);
    await unlessAborted(work, limit);
  } catch (error) {
    complain(context, limit.aborted ? `no end within ${LIMIT_MS / 1000} s` : errorText(error));
  }
  return EXIT.delivered;
}

async function started(context: CliContext, invocation: Invocation): Promise<void> {
  const { variables, stop } = context;
  const url = await agentUrl(context, invocation);
  const { name, attributes } = githubJob(variables);
  const body = { kind: "job-start", name, source: "hook", attributes };
  const answer = await sendMark(url, body, stop);
  const file = variables["GITHUB_ENV"] ?? "";
  if (valueOf(invocation, EXPORT_FLAG) === undefined || file === "" || answer["is_in_container"] === true) return;
  const { traceparent, workflow_variables: workflowVariables } = answer;
  const exported = otelVariables({ url, traceparent, attributes, workflowVariables }, variables);
  if (exported.size > 0) appendVariables(file, exported);
}

async function completed(context: CliContext, invocation: Invocation): Promise<void> {
  const url = await agentUrl(context, invocation);
  const { variables, stop } = context;
  const { name } = githubJob(variables);
  await sendMark(url, { kind: "job-end", name, source: "hook" }, stop);
  const summarized = summarize(context, invocation);
  try {
    const linesLeft = await askToFlush(url, { waitMs: FLUSH_WAIT_MS, graceMs: FLUSH_GRACE_MS, stop });
    if (linesLeft > 0) complain(context, `${linesLeft} lines are not delivered yet; the agent goes on with them`);
  } finally {
    await summarized;
  }
}

/** The runner gives its hook a file of its own for it, as it does to each step. Never rejects. */
async function summarize(context: CliContext, invocation: Invocation): Promise<void> {
  const file = context.variables["GITHUB_STEP_SUMMARY"] ?? "";
  if (valueOf(invocation, SUMMARY_FLAG) === undefined || file === "") return;
  try {
    const summary = await askSummary(context, invocation, SUMMARY_TIMEOUT_MS);
    const { SUMMARY_WRITERS } = await import("../../summary/formats.ts");
    appendToFile(file, "GITHUB_STEP_SUMMARY", SUMMARY_WRITERS.markdown.run(summary), SUMMARY_MAX_BYTES);
  } catch (error) {
    complain(context, errorText(error));
  }
}

function sendMark(url: string, body: unknown, stop: AbortSignal): Promise<JsonObject> {
  return askAgent(url, { method: "POST", path: "/control/marks", body, timeoutMs: MARK_TIMEOUT_MS, stop });
}

/** Standard error may be gone, and that is no reason to fail a job. */
function complain({ err }: CliContext, reason: string): void {
  try {
    err(`warp-telemetry: the job goes on, its telemetry may not be whole: ${reason}\n`);
  } catch {
    // There is nobody to tell.
  }
}
