import type { Command } from "./command.ts";
import { flush } from "./commands/flush.ts";
import { helpCommand } from "./commands/help.ts";
import { hook } from "./commands/hook.ts";
import { hooks } from "./commands/hooks.ts";
import { jobs } from "./commands/jobs.ts";
import { mark } from "./commands/mark.ts";
import { recover } from "./commands/recover.ts";
import { replay } from "./commands/replay.ts";
import { report } from "./commands/report.ts";
import { run } from "./commands/run.ts";
import { status } from "./commands/status.ts";
import { summary } from "./commands/summary.ts";
import { top } from "./commands/top.ts";
import { validate } from "./commands/validate.ts";
import { version } from "./commands/version.ts";

const OTHERS = [
  run,
  status,
  top,
  jobs,
  summary,
  flush,
  mark,
  hooks,
  hook,
  validate,
  recover,
  replay,
  report,
  version,
] as const;

/** The command that `--help` and `-h` mean. */
export const help: Command = helpCommand(OTHERS);

/** All commands in the order of the help. The first one runs when none is named. */
export const COMMANDS: readonly [Command, ...Command[]] = [...OTHERS, help];
