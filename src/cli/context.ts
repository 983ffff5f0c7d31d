import type { Config } from "../config/config.ts";
import type { TelemetryManager } from "../manager/telemetry-manager.ts";
import type { AgentStats } from "../stats/agent-stats.ts";
import type { Terminal } from "../top/terminal.ts";

/** What the command `run` needs of the manager. */
export interface Manager extends Pick<TelemetryManager, "start" | "stop" | "ended"> {
  getStats(): StartedStats;
}
/** What it tells of an agent that has started. */
export type StartedStats = Pick<AgentStats, "is_running" | "port" | "destination" | "health">;
export type CreateManager = (config: Config, context: CliContext) => Manager | Promise<Manager>;

/** In characters. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
}

/** Everything that the commands know about their process. `main.ts` makes the real one. */
export interface CliContext {
  /** Without the program's own name. */
  readonly argv: readonly string[];
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  readonly hostName: string;
  /** The program of this process. */
  readonly executable: string;
  /** The folder of the agent's executable, or where a build would put it. The collector may be there, too. */
  readonly executableDirectory: string;
  /** Standard error is a terminal. */
  readonly isTerminal: boolean;
  /** The size of the terminal, if standard input and standard output are one. */
  readonly screen: () => Screen | undefined;
  /** The same terminal, for a command that takes the whole screen; undefined when there is none. */
  readonly terminal: () => Terminal | undefined;
  /** Fires at the first stop signal. */
  readonly stop: AbortSignal;
  /** Standard output and standard error, for what a command prints. The log has its own way. */
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** For tests; the real manager by default. */
  readonly createManager?: CreateManager;
}
