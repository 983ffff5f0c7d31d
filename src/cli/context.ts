import type { Config } from "../config/config.ts";
import type { TelemetryManager } from "../manager/telemetry-manager.ts";

/** What the command `run` needs of the manager. */
export type Manager = Pick<TelemetryManager, "start" | "stop" | "ended" | "getStats">;
export type CreateManager = (config: Config, context: CliContext) => Manager | Promise<Manager>;

/** Everything the commands know of the process they run in. `main.ts` makes the real one. */
export interface CliContext {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly hostName: string;
  /** The program of this process. */
  readonly executable: string;
  /** Where the agent's executable lies, or would lie; the collector may lie beside it. */
  readonly executableDirectory: string;
  /** Somebody reads standard error at a terminal. */
  readonly isTerminal: boolean;
  /** Fires at the first stop signal. */
  readonly stop: AbortSignal;
  /** Standard output and standard error, for what a command has to say. The log is another matter. */
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** For tests; the real manager by default. */
  readonly createManager?: CreateManager;
}
