import type { Config } from "../config/config.ts";
import { errorText } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import type { Retry } from "../pipeline.ts";
import type { Environment } from "./environment.ts";
import { openTarget, type Target } from "./open-target.ts";

/** Of no home: nothing is stored under it. */
const NO_ID = "validate";

/** Why the destination does not answer as it should; none when it does, or when it is on this machine. */
export async function destinationProblem(
  config: Config,
  environment: Environment,
  { home, abort }: { readonly home: string; readonly abort: AbortSignal },
): Promise<readonly string[]> {
  // A folder has been looked at already.
  if (config.upload.destination.kind === "folder") return [];
  try {
    const target = await openTarget(config, environment, { path: home, id: NO_ID });
    const failure = await ask(target, abort);
    if (failure === undefined) return [];
    const { reason, remedy, detail } = failure;
    if (detail !== undefined) logOf("upload").debug("The destination's words", { detail });
    return [
      `Cannot reach the destination ${target.destination.label}: ${reason}${remedy === undefined ? "" : `; ${remedy}`}`,
    ];
  } catch (error) {
    return [`Cannot reach the destination: ${errorText(error)}`];
  }
}

async function ask({ backend, destination }: Target, abort: AbortSignal): Promise<Failure | undefined> {
  if (backend === undefined) return await destination.reach?.(abort);
  const answer = await backend.allocationDetails(abort);
  return answer.kind === "retry" ? { ...answer, remedy: API_REMEDY } : undefined;
}

type Failure = Retry & { readonly remedy?: string };

const API_REMEDY = "check agent.host_url, agent.id and agent.polling_secret";
