import { basename, resolve } from "node:path";
import { errorText } from "../../lib/error-text.ts";
import { UntrustedError } from "../../lib/trust.ts";
import { salvage, type Salvage } from "../../ring/salvage.ts";
import { isRingName } from "../../ring/set-aside.ts";
import type { Command, Invocation } from "../command.ts";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { SETTINGS_FLAG, TO_FLAG } from "../flags.ts";
import { load } from "../load.ts";
import { VERSION } from "../version.ts";

const BASIS: Readonly<Record<Salvage["basis"], string>> = {
  header: "the lines it held",
  scan: "all lines found in its payload, which may have been delivered already",
  bytes: "the lines in these bytes",
};

/** Prints the readable lines of a ring file, or of one that was set aside; or sends them and removes the file. */
export const recover: Command = {
  name: "recover",
  argument: "<file>",
  description: "print the lines of a buffer file, or send them with --to",
  flags: [SETTINGS_FLAG, TO_FLAG],
  run: (context, invocation) =>
    invocation.flags.has("telemetry.destination") ? sendLines(context, invocation) : printLines(context, invocation),
};

function printLines({ out, err }: CliContext, { argument: file = "" }: Invocation): ExitCode {
  const found = read(file, err);
  if (found === undefined) return EXIT.failed;
  for (const line of found.lines) out(Buffer.from(line).toString());
  const reason = found.reason === undefined ? "" : `; ${found.reason}`;
  err(
    `${found.lines.length} lines: ${BASIS[found.basis]}${reason}. Left out: ${found.leftOutBytes} bytes that are no JSON line\n`,
  );
  return EXIT.delivered;
}

async function sendLines(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const { err, variables, workingDirectory, executableDirectory, stop } = context;
  const file = resolve(workingDirectory, invocation.argument ?? "");
  const loaded = await load(context, invocation, { wait: false });
  if (loaded === undefined) return EXIT.failed;
  const { config } = loaded;
  const deadline = AbortSignal.any([stop, AbortSignal.timeout(config.drainTimeoutMs)]);
  const environment = { version: VERSION, variables, executableDirectory };
  // Whoever only prints lines does not pay for it.
  const { deliverFile } = await import("../../manager/deliver-file.ts");
  try {
    const { lines, objects, to, linesLeft } = await deliverFile(file, { config, environment, deadline });
    err(`Sent ${lines} lines in ${objects} objects to ${to}. `);
    if (linesLeft === 0) err(`Removed "${file}"\n`);
    else err(`${linesLeft} lines are left; run the command again\n`);
    return linesLeft === 0 ? EXIT.delivered : EXIT.linesLeft;
  } catch (error) {
    const text = errorText(error);
    err(`${text.startsWith("Cannot ") ? text : `Cannot recover "${file}": ${text}`}\n`);
    return error instanceof UntrustedError ? EXIT.usage : EXIT.failed;
  }
}

/** Undefined, and told, when it cannot be read or is no buffer file: neither its content nor its name says so. */
function read(file: string, err: CliContext["err"]): Salvage | undefined {
  try {
    const found = salvage(file);
    if (found.basis !== "bytes" || isRingName(basename(file))) return found;
    err(`Cannot recover "${file}": it is no buffer file, and its name is not that of a piece of one\n`);
  } catch (error) {
    err(`Cannot read "${file}": ${errorText(error)}\n`);
  }
  return undefined;
}
