import type { Environment } from "./environment.ts";

/** What the supervisor must be told. All of it is fixed for its life. */
export interface CollectorOptions {
  /** All files of the collector are in its subfolder `collector`. */
  readonly baseDirectory: string;
  /** Where our receiver listens. */
  readonly receiverHost: string;
  readonly receiverPort: number;
  /**
   * What the receiver takes in one request; the collector's batches stay far below, since it throws away what is
   * rejected as too large.
   */
  readonly requestMaxBytes: number;
  /** The collector program. Default: looked for, see `findProgram`. */
  readonly path?: string;
  /** The user's own configuration files: they add to ours, in this order. */
  readonly configFiles: readonly string[];
  /** Names of variables copied from `environment` to the collector, beyond PATH and TZ. */
  readonly environmentNames: readonly string[];
  /** The agent's environment. */
  readonly environment: Environment;
  /** Between two samples of the host metrics. */
  readonly intervalMs: number;
  /** Resource attribute `host.name`: the runner's id, or the machine's name. */
  readonly hostName: string;
  /** Resource attribute `telemetry.version`. */
  readonly version: string;
  /** How much of the collector's output is kept. */
  readonly outputMaxBytes: number;
  /** Folder of our own executable: the collector may be beside it. */
  readonly executableDirectory: string;
  /** Default: the system's own place, or the journal. */
  readonly syslogPath?: string;
  /** The runner's own logs. Default: where WarpBuild's images keep them. */
  readonly diagGlobs?: readonly string[];
}
