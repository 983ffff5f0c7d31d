import type { Attributes } from "../job-pipeline.ts";
import type { CliContext } from "./context.ts";

type Variables = CliContext["variables"];

/** Longer text than any name or URL of GitHub; the agent takes no longer values. In characters. */
const VALUE_MAX = 1024;
/** Where somebody has made them all long: so short, the agent takes them in any alphabet. */
const SHORT_MAX = 128;
/** Of the 16 KiB that a mark may have. */
const TOTAL_MAX_BYTES = 12 * 1024;
const BRANCH = "refs/heads/";
const TAG = "refs/tags/";
const CHANGE = /^refs\/pull\/(\d+)\//;

/** The job in whose environment a hook of the runner is started. */
export interface GithubJob {
  /** The job's key in its workflow. */
  readonly name: string;
  /** Who it is, by the names of the semantic conventions. Only the variables that are named here are read. */
  readonly attributes: Attributes;
}

/** Reads the variables that the runner gives to its hooks. What is missing is left out; as JSON it fits into a mark. */
export function githubJob(variables: Variables): GithubJob {
  const job = readJob(variables, VALUE_MAX);
  return Buffer.byteLength(JSON.stringify(job)) <= TOTAL_MAX_BYTES ? job : readJob(variables, SHORT_MAX);
}

function readJob(variables: Variables, maxChars: number): GithubJob {
  const value = (name: string): string => (variables[name] ?? "").slice(0, maxChars).toWellFormed();
  const name = value("GITHUB_JOB");
  const ref = value("GITHUB_REF");
  const [owner = "", ...rest] = value("GITHUB_REPOSITORY").split("/");
  const repository = rest.join("/");
  const url = repositoryUrl(value("GITHUB_SERVER_URL"), owner, repository);
  const run = value("GITHUB_RUN_ID");
  const attempt = value("GITHUB_RUN_ATTEMPT");
  const all: Attributes = {
    "cicd.pipeline.name": value("GITHUB_WORKFLOW"),
    "cicd.pipeline.run.id": run,
    "warp_telemetry.run.attempt": attempt,
    "cicd.pipeline.run.url.full": (url === "" || run === "" ? "" : runUrl(url, run, attempt)).slice(0, maxChars),
    "cicd.pipeline.task.name": name,
    "cicd.worker.name": value("RUNNER_NAME"),
    "vcs.provider.name": url === "" ? "" : "github",
    "vcs.owner.name": owner,
    "vcs.repository.name": repository,
    "vcs.repository.url.full": url.slice(0, maxChars),
    "vcs.ref.head.revision": value("GITHUB_SHA"),
    // Of a pull request the ref is one that GitHub has made of it.
    "vcs.ref.head.name": value("GITHUB_HEAD_REF") || value("GITHUB_REF_NAME"),
    "vcs.ref.head.type": ref.startsWith(TAG) ? "tag" : ref.startsWith(BRANCH) || CHANGE.test(ref) ? "branch" : "",
    "vcs.change.id": CHANGE.exec(ref)?.[1] ?? "",
  };
  const attributes = Object.fromEntries(Object.entries(all).filter(([, text]) => text !== ""));
  return { name: name === "" ? "job" : name, attributes };
}

/** Without what a URL may carry besides its address. Empty when it is no URL of the web. */
function repositoryUrl(server: string, owner: string, repository: string): string {
  const url = URL.parse(server);
  if (url === null || !/^https?:$/.test(url.protocol) || owner === "" || repository === "") return "";
  const path = url.pathname.replace(/\/+$/, "");
  return `${url.origin}${path}/${encodeURIComponent(owner)}/${encodeURIComponent(repository)}`;
}

function runUrl(repository: string, run: string, attempt: string): string {
  const ofAttempt = attempt === "" ? "" : `/attempts/${encodeURIComponent(attempt)}`;
  return `${repository}/actions/runs/${encodeURIComponent(run)}${ofAttempt}`;
}
