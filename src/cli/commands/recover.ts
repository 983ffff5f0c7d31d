import { errorText } from "../../lib/error-text.ts";
import { salvage, type Salvage } from "../../ring/salvage.ts";
import type { Command, Invocation } from "../command.ts";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";

const BASIS: Readonly<Record<Salvage["basis"], string>> = {
  header: "the lines it held",
  scan: "all lines found in its payload, which may have been delivered already",
  bytes: "the lines in these bytes",
};

/** Prints the readable lines of a ring file, or of one that was set aside, and says what it left out. 0, or 1. */
export const recover: Command = {
  name: "recover",
  argument: "<file>",
  description: "print the lines of a buffer file that was set aside",
  flags: [],
  run: printLines,
};

function printLines({ out, err }: CliContext, { argument: file = "" }: Invocation): ExitCode {
  let found: Salvage;
  try {
    found = salvage(file);
  } catch (error) {
    err(`Cannot read "${file}": ${errorText(error)}\n`);
    return EXIT.failed;
  }
  for (const line of found.lines) out(Buffer.from(line).toString());
  const reason = found.reason === undefined ? "" : `; ${found.reason}`;
  err(
    `${found.lines.length} lines: ${BASIS[found.basis]}${reason}. Left out: ${found.leftOutBytes} bytes that are no JSON line\n`,
  );
  return EXIT.delivered;
}
