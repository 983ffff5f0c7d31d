/**
 * Every command by its name, and whether it receives telemetry until it is stopped or does one thing and ends. Imports
 * nothing, because the start script uses it before anything is installed.
 */
export const COMMAND_KINDS = {
  run: "receives",
  status: "ends",
  top: "ends",
  jobs: "ends",
  summary: "ends",
  flush: "ends",
  mark: "ends",
  hooks: "ends",
  hook: "ends",
  validate: "ends",
  recover: "ends",
  replay: "ends",
  report: "ends",
  version: "ends",
  help: "ends",
} as const;

export type CommandName = keyof typeof COMMAND_KINDS;

/** Whether these arguments start an agent that receives. Asking for help or the version is a command, too. */
export function isReceiving(argv: readonly string[]): boolean {
  if (argv.some((arg) => ["--help", "-h", "--version", "-V"].includes(arg))) return false;
  const kinds = new Map<string, string>(Object.entries(COMMAND_KINDS));
  return !argv.some((arg) => kinds.get(arg) === "ends");
}
