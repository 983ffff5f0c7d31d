import type { LiveJob } from "./live-data.ts";

/** Where a job comes from; a text is empty where nobody says it. Texts of the job. */
export interface JobOrigin {
  /** `owner/name`. */
  readonly repository: string;
  readonly workflow: string;
  readonly runId: string;
  readonly attempt: string;
}

/** By the semantic conventions, as the agent writes them. */
export function originOf({ attributes }: Pick<LiveJob, "attributes">): JobOrigin {
  const owner = attributes["vcs.owner.name"];
  const name = attributes["vcs.repository.name"] ?? "";
  return {
    repository: owner === undefined ? name : `${owner}/${name}`,
    workflow: attributes["cicd.pipeline.name"] ?? "",
    runId: attributes["cicd.pipeline.run.id"] ?? "",
    attempt: attributes["warp_telemetry.run.attempt"] ?? "",
  };
}
