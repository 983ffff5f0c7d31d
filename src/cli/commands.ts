/** The commands as people see them; `cli.ts` has the code of each. */
export interface Command {
  readonly name: CommandName;
  /** What it wants besides options, as help shows it: `<file>`. Absent: nothing. */
  readonly argument?: string;
  readonly description: string;
}

export type CommandName = "run" | "status" | "validate" | "recover" | "version";

export const COMMANDS: readonly Command[] = [
  { name: "run", description: "receive, keep and upload until a stop signal (default)" },
  { name: "status", description: "ask the agent that runs on this machine how it is" },
  { name: "validate", description: "print the configuration and where each value came from" },
  { name: "recover", argument: "<file>", description: "print the lines of a buffer file that was set aside" },
  { name: "version", description: "print the version" },
];
