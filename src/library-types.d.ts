/**
 * The types of the package, by themselves: the source has settings of its compiler that another program need not share.
 * `test/library.test.ts` holds them against the source. For Bun only.
 */

/** A value of `/stats`. */
export type StatsValue =
  string | number | boolean | null | readonly StatsValue[] | { readonly [key: string]: StatsValue };
export type Stats = { readonly [key: string]: StatsValue };

/** What the agent may know of the process it runs in. */
export interface Environment {
  /** Relative paths in the settings are relative to it. Default: the working directory. */
  readonly workingDirectory?: string;
  /** What AWS reads, and PATH, in which the collector is looked for. No setting is taken from here. Default: none. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Where the collector may lie. Default: the working directory. */
  readonly executableDirectory?: string;
  /** What `/stats` and the collector's lines give as the version. Default: `library`. */
  readonly version?: string;
}

/** What was left when the agent stopped. */
export interface StopReport {
  /** Lines in the ring files, for the next start. */
  readonly linesLeft: number;
  /** Bytes of the runner's logs that were not read any more, for the next start. */
  readonly unreadBytes?: number;
  readonly reason: string;
  /** The agent stopped because it could not keep its promises any longer. */
  readonly isFailure: boolean;
}

/** The agent. One life: start, then stop. */
export interface Manager {
  /** Resolves when the agent has stopped, also by itself (the API says that telemetry is off). Never rejects. */
  readonly ended: Promise<StopReport>;
  /** Resolves when requests are accepted. Rejects with StartError; everything is stopped then. */
  start(): Promise<void>;
  /** Delivers what is held, within `drain_timeout`. Safe to call twice, before and during start. */
  stop(): Promise<StopReport>;
  /** What `/stats` shows. Holds no secret. */
  getStats(): Stats;
}

/**
 * Makes an agent of settings in the shape of the settings file, `{ telemetry: {…}, agent: {…} }`. What is left out has
 * its default. Throws ConfigError.
 */
export declare function createManager(settings: Readonly<Record<string, unknown>>, environment?: Environment): Manager;

/** One thing in the settings that the agent cannot work with. Holds no secret. */
export interface ConfigProblem {
  /** `telemetry.port` */
  readonly key: string;
  readonly place: string;
  /** What was given, as people write it; `(hidden)` for a secret. */
  readonly given: string;
  readonly wanted: string;
}

/** Everything that is wrong with the settings, one line each in the message. */
export declare class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[]);
}

/** A part of the agent that cannot start. */
export declare class StartError extends Error {
  readonly stage: string;
  /** Starting again without a change of the settings or the machine is no use. */
  readonly isConfiguration: boolean;
  constructor(stage: string, cause: unknown);
}
