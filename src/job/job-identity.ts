import type { Attributes } from "../job-pipeline.ts";
import { ownTraceIdOf, spanIdOf, traceIdOf } from "./ids.ts";
import type { JobMessage } from "./job-message.ts";
import { shortText, TEXT_MAX_CHARS } from "./short-text.ts";

/** Who a job is. */
export interface JobIdentity {
  readonly traceId: string;
  readonly spanId: string;
  /** Tells it from the other jobs of its run. */
  readonly jobId: string;
  readonly name: string;
  /** Of the timeline whose name its pages bear; empty without one. */
  readonly timelineId: string;
  /** Where people find it; empty when that is not known. */
  readonly url: string;
  /** For every resource of the job: `cicd.*`, `vcs.*`, and the attempt, for which there is no convention. */
  readonly attributes: Attributes;
}

/** An address may be as long as two texts and what stands between. */
const URL_MAX_CHARS = 3 * TEXT_MAX_CHARS;

/** The identity that a job message gives. `logKey` stands in for a run where the message names none. */
export function identityOf(message: JobMessage, logKey: string, workerName: string): JobIdentity {
  const { github, checkRunId } = message;
  const { server_url: serverUrl, repository, run_id: runId } = github;
  const isRunKnown = serverUrl !== "" && repository !== "" && runId !== "";
  const attempt = github.run_attempt || "1";
  const jobId = message.jobId || logKey;
  const traceId = isRunKnown ? traceIdOf({ serverUrl, repository, runId, attempt }) : ownTraceIdOf(jobId);
  const repositoryUrl = isRunKnown ? `${serverUrl}/${repository}` : "";
  const runUrl = isRunKnown ? `${repositoryUrl}/actions/runs/${runId}` : "";
  const url = runUrl === "" ? "" : checkRunId === "" ? `${runUrl}/attempts/${attempt}` : `${runUrl}/job/${checkRunId}`;
  const name = shortText(message.jobDisplayName) || "job";
  const attributes = {
    "cicd.pipeline.name": github.workflow,
    "cicd.pipeline.run.id": runId,
    "cicd.pipeline.run.url.full": runUrl === "" ? "" : `${runUrl}/attempts/${attempt}`,
    "warp_telemetry.run.attempt": isRunKnown ? attempt : "",
    "cicd.pipeline.task.name": name,
    "cicd.pipeline.task.run.id": jobId,
    "cicd.pipeline.task.run.url.full": url,
    "cicd.worker.name": workerName,
    ...repositoryAttributes(message, repositoryUrl),
    ...refAttributes(message),
  };
  return {
    traceId,
    spanId: spanIdOf(traceId, jobId),
    jobId,
    name,
    timelineId: message.timelineId.toLowerCase(),
    url: shortText(url, URL_MAX_CHARS),
    attributes: withoutEmpty(attributes),
  };
}

function repositoryAttributes({ github: { repository } }: JobMessage, url: string): Attributes {
  const [owner = "", name = ""] = repository.split("/");
  return {
    "vcs.provider.name": url === "" ? "" : "github",
    "vcs.owner.name": owner,
    "vcs.repository.name": name,
    "vcs.repository.url.full": url,
  };
}

/** What the job is made from; `vcs.ref.head` is the branch of a pull request, not its merge. */
function refAttributes({ github }: JobMessage): Attributes {
  const { ref, ref_name: refName, ref_type: refType, head_ref: headRef, base_ref: baseRef, sha } = github;
  return {
    "vcs.ref.head.name": headRef || refName || ref.replace(/^refs\/(heads|tags)\//, ""),
    "vcs.ref.head.type": headRef === "" ? refType : "branch",
    "vcs.ref.head.revision": sha,
    "vcs.ref.base.name": baseRef,
    "vcs.change.id": /^refs\/pull\/(\d+)\//.exec(ref)?.[1] ?? "",
  };
}

/** Cut to the lengths of attributes. */
export function withoutEmpty(attributes: Attributes): Attributes {
  const entries = Object.entries(attributes).map(([name, value]) => {
    return [name, shortText(value, name.endsWith("url.full") ? URL_MAX_CHARS : TEXT_MAX_CHARS)] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== ""));
}
