/** One thing in the configuration that the agent cannot work with. Holds no secret. */
export interface ConfigProblem {
  /** Key path, `telemetry.port`; `settings` for the file as a whole. */
  readonly key: string;
  /** Where the value came from: `flag --port`, `environment variable …`, `settings file …`, `default`. */
  readonly place: string;
  /** What was given, as people write it; `(hidden)` for a secret. */
  readonly given: string;
  readonly wanted: string;
}

/** Everything that is wrong with the configuration, at once: one line each in the message. Exit code 2. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(lineOf).join("\n"));
    this.problems = problems;
  }
}

function lineOf({ key, place, given, wanted }: ConfigProblem): string {
  return `Cannot use ${key} from ${place}: ${given}, wanted ${wanted}`;
}
