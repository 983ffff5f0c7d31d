import type { Command } from "./command.ts";
import { recover } from "./commands/recover.ts";
import { run } from "./commands/run.ts";
import { status } from "./commands/status.ts";
import { validate } from "./commands/validate.ts";
import { version } from "./commands/version.ts";

/** All commands in the order of the help; the first one is meant where none is named. */
export const COMMANDS: readonly [Command, ...Command[]] = [run, status, validate, recover, version];
