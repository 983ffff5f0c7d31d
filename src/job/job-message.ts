import { INDENT, jsonLine, type JsonLine } from "./json-line.ts";

/** A step as the job message has it. */
export interface MessageStep {
  /** The runner's record. */
  id: string;
  contextName: string;
  /** The name that the workflow gives it; empty without one, or with an expression in it. */
  displayName: string;
}

/** The named fields of a job message that are used; nothing else of it is kept. Empty where a field is not there. */
export interface JobMessage {
  readonly jobId: string;
  readonly jobDisplayName: string;
  readonly timelineId: string;
  /** Of the `github` context. */
  readonly github: Readonly<Record<GitHubField, string>>;
  /** The job in GitHub's own numbers, of the `job` context. */
  readonly checkRunId: string;
  readonly steps: readonly MessageStep[];
}

const GITHUB_FIELDS = [
  "server_url",
  "repository",
  "run_id",
  "run_attempt",
  "workflow",
  "sha",
  "ref",
  "ref_name",
  "ref_type",
  "head_ref",
  "base_ref",
] as const;
type GitHubField = (typeof GITHUB_FIELDS)[number];

/** Where in the message there are fields that are used, beside those of the message itself, and how deep. */
const ROOTS: ReadonlySet<string> = new Set(["timeline", "contextdata", "steps"]);
const DEPTH_MAX = 5;
/** Steps that are kept of a message. GitHub allows a thousand. */
const STEPS_MAX = 1000;
/** Nothing that is used is longer, but for texts that are cut anyway. */
const VALUE_MAX_CHARS = 1024;

/**
 * Reads a job message line by line. It holds the whole job, with its environment, its variables and what is left of its
 * secrets behind the runner's mask: only the fields above are looked at, each by its place in the message.
 */
export class JobMessageReader {
  readonly #path: string[] = [];
  readonly #fields = new Map<string, string>();
  readonly #steps: MessageStep[] = [];
  #contextKey = "";

  /** The next line, without its end; those of {@link blanksMax} blanks may be left out. */
  add(line: string): void {
    const found = jsonLine(line);
    if (found === undefined) return;
    const { depth, key, value } = found;
    this.#path.length = Math.min(this.#path.length, depth);
    while (this.#path.length < depth) this.#path.push("");
    if (key !== undefined) this.#path[depth] = key;
    else if (depth === 2 && this.#isIn("steps") && line.includes("{")) this.#beginStep();
    if (key !== undefined && value !== undefined) this.#take(found, key, value.slice(0, VALUE_MAX_CHARS));
  }

  /** A line that begins with so many blanks means nothing here: most are those of the event and of variables. */
  get blanksMax(): number {
    return INDENT * (ROOTS.has(this.#path[1]?.toLowerCase() ?? "") ? DEPTH_MAX + 1 : 2);
  }

  get message(): JobMessage {
    const field = (name: string): string => this.#fields.get(name) ?? "";
    const github = (name: GitHubField): string => field(`github.${name}`);
    return {
      jobId: field("jobid"),
      jobDisplayName: field("jobdisplayname") || field("jobname"),
      timelineId: field("timeline.id"),
      checkRunId: field("job.check_run_id"),
      github: {
        server_url: github("server_url"),
        repository: github("repository"),
        run_id: github("run_id"),
        run_attempt: github("run_attempt"),
        workflow: github("workflow"),
        sha: github("sha"),
        ref: github("ref"),
        ref_name: github("ref_name"),
        ref_type: github("ref_type"),
        head_ref: github("head_ref"),
        base_ref: github("base_ref"),
      },
      steps: this.#steps,
    };
  }

  #take({ depth }: JsonLine, key: string, value: string): void {
    const name = key.toLowerCase();
    if (depth === 1 && (name === "jobid" || name === "jobdisplayname" || name === "jobname")) this.#set(name, value);
    if (depth === 2 && name === "id" && this.#isIn("timeline")) this.#set("timeline.id", value);
    if (this.#isIn("steps")) this.#takeOfStep(depth, name, value);
    if (depth === 5 && this.#isIn("contextdata")) this.#takeOfContext(name, value);
  }

  /** A context is a list of keys and values: `contextData`, its name, `d`, an element, `k` or `v`. */
  #takeOfContext(name: string, value: string): void {
    const context = this.#path[2];
    if (name === "k") this.#contextKey = value;
    if (name !== "v") return;
    const isWanted =
      context === "github"
        ? GITHUB_FIELDS.some((field) => field === this.#contextKey)
        : context === "job" && this.#contextKey === "check_run_id";
    if (isWanted) this.#set(`${context}.${this.#contextKey}`, value);
    this.#contextKey = "";
  }

  #takeOfStep(depth: number, name: string, value: string): void {
    const step = this.#steps.at(-1);
    if (step === undefined) return;
    if (depth === 3 && name === "id") step.id = value;
    if (depth === 3 && name === "contextname") step.contextName = value;
    const isName = depth === 3 ? name === "displaynametoken" : depth === 4 && name === "lit";
    if (isName && this.#path[3]?.toLowerCase() === "displaynametoken") step.displayName = value;
  }

  #beginStep(): void {
    if (this.#steps.length < STEPS_MAX) this.#steps.push({ id: "", contextName: "", displayName: "" });
  }

  #isIn(root: string): boolean {
    return this.#path[1]?.toLowerCase() === root;
  }

  /** The first one counts. */
  #set(name: string, value: string): void {
    if (!this.#fields.has(name)) this.#fields.set(name, value);
  }
}
