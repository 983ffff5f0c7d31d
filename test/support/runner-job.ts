/** A job as the runner is told of it. */
export interface RunnerJob {
  readonly id: string;
  readonly name: string;
  readonly timelineId: string;
  readonly runId: string;
  readonly attempt: string;
  readonly repository: string;
  /** Names of its steps. */
  readonly steps: readonly string[];
  /** Characters of what else is in the message: the event, variables, secrets behind their mask. Default: some. */
  readonly ballast?: number;
}

/** A job with ids of its own. */
export function runnerJob(job: Partial<RunnerJob> = {}): RunnerJob {
  return {
    id: crypto.randomUUID(),
    name: "build (ubuntu, 3)",
    timelineId: crypto.randomUUID(),
    runId: "7210000001",
    attempt: "2",
    repository: "acme/widgets",
    steps: ["Compile", "Test"],
    ...job,
  };
}

/** Texts of a job's message: as the runner's serializer writes them into the Worker log. */
export class JobText {
  readonly #job: RunnerJob;
  readonly #ids: ReadonlyMap<string, string>;

  constructor(job: RunnerJob) {
    this.#job = job;
    this.#ids = new Map(job.steps.map((name) => [name, crypto.randomUUID()]));
  }

  idOf(stepName: string): string {
    return this.#ids.get(stepName) ?? crypto.randomUUID();
  }

  contextOf(stepName: string): string {
    const index = this.#job.steps.indexOf(stepName);
    return index === -1 ? "" : `__run_${index + 1}`;
  }

  message(): string {
    const { id, name, timelineId, runId, attempt, repository, steps, ballast = 2000 } = this.#job;
    const github = {
      token: "***",
      server_url: "https://github.com",
      repository,
      repository_owner: repository.split("/")[0] ?? "",
      run_id: runId,
      run_attempt: attempt,
      workflow: "CI",
      sha: "0123456789abcdef0123456789abcdef01234567",
      ref: "refs/pull/17/merge",
      ref_name: "17/merge",
      ref_type: "branch",
      head_ref: "feature",
      base_ref: "main",
      event: context({ repository: "not this one", commits: "x".repeat(Math.min(ballast, 60_000)) }),
    };
    const message = {
      messageType: "RunnerJobRequest",
      plan: { scopeIdentifier: "plan-scope", planId: crypto.randomUUID() },
      timeline: { id: timelineId, changeId: 1, location: null },
      jobId: id,
      jobDisplayName: name,
      jobName: "__default",
      requestId: 0,
      resources: { endpoints: [{ data: { token: "***" }, authorization: { parameters: { AccessToken: "***" } } }] },
      contextData: {
        github: context(github),
        job: context({ check_run_id: 4711 }),
        secrets: context({ repository: "a secret", run_id: "another secret" }),
      },
      environmentVariables: [{ type: 2, map: [{ Key: "SECRET_ENV", Value: "in the environment" }] }],
      steps: steps.map((step) => ({
        type: "action",
        reference: { type: "script" },
        displayNameToken: step,
        contextName: this.contextOf(step),
        id: this.idOf(step),
      })),
      variables: Object.fromEntries(
        Array.from({ length: Math.ceil(ballast / 50) }, (_, n) => [`variable.${n}`, { value: `value ${n}` }]),
      ),
    };
    return JSON.stringify(message, undefined, 2);
  }
}

/** A context as the message has it: a list of keys and values, or its parts that are such lists. */
function context(values: Readonly<Record<string, unknown>>): object {
  const d = Object.entries(values).map(([k, v]) => ({ k, v }));
  return { t: 2, d };
}
