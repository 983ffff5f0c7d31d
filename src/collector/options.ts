import type { HeldFolder } from "../lib/held-folder.ts";
import type { ResourceAttributes } from "../pipeline.ts";
import type { Environment } from "./environment.ts";

/** What the supervisor must be told. All of it is fixed for its life. */
export interface CollectorOptions {
  /** The agent's folder: all files of the collector are in its subfolder `collector`. Open for the supervisor's life. */
  readonly home: HeldFolder;
  /** The base directory as configured: the program may be there. Agents with different ones get different users. */
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
  /** What it says of where its telemetry comes from. */
  readonly resource: ResourceAttributes;
  /** How much of the collector's output is kept for the log. */
  readonly outputMaxBytes: number;
  /** Folder of our own executable: the collector may be beside it. */
  readonly executableDirectory: string;
  /** Default: the system's own place, or the journal. */
  readonly syslogPath?: string;
  /** Whom it runs as when we are root: a name of /etc/passwd, a number, `root`. Default: see `collectorUser`. */
  readonly user?: string;
}
