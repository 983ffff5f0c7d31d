import { readPrice } from "../lib/price.ts";
import { localUrl } from "../lib/http-url.ts";
import type { RunSummary } from "../summary/run-summary.ts";
import { askAgent, AskError, configHere } from "./ask-agent.ts";
import type { Invocation } from "./command.ts";
import type { CliContext } from "./context.ts";
import { githubJob } from "./github-job.ts";

const NOT_FOUND = 404;
const NO_HISTORY = "keeps no history of the run: it is an older agent, or telemetry.page.enabled is false";

/**
 * Asks the agent about the job in whose environment this runs, or the newest. A price of this command's own wins over the
 * agent's. Rejects with AskError, also when there is no job.
 */
export async function askSummary(context: CliContext, invocation: Invocation, timeoutMs: number): Promise<RunSummary> {
  const { stop, variables } = context;
  const { receiver, page } = await configHere(context, invocation);
  const url = localUrl(receiver.host, receiver.port);
  const told = await askAgent(url, { method: "GET", path: "/live/state", timeoutMs, stop }).catch((error: unknown) => {
    throw error instanceof AskError && error.status === NOT_FOUND ? new AskError(`${url} ${NO_HISTORY}`) : error;
  });
  // Loaded when it is needed: an agent that starts needs none of it.
  const [{ readState }, { jobOf }, { runSummary }] = await Promise.all([
    import("../summary/read-state.ts"),
    import("../summary/job-of.ts"),
    import("../summary/run-summary.ts"),
  ]);
  const state = readState(told);
  if (state === undefined) throw new AskError(`${url} ${NO_HISTORY}`);
  const job = jobOf(state.jobs, githubJob(variables).attributes);
  if (job === undefined) throw new AskError(`the agent at ${url} has seen no such job in this run`);
  return runSummary(job, state, (page.price === undefined ? undefined : readPrice(page.price)) ?? state.price);
}
