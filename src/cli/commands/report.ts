import { resolve } from "node:path";
import { errorText } from "../../lib/error-text.ts";
import { printable } from "../../lib/printable.ts";
import { bytesText, counted } from "../../lib/quantities.ts";
import { REPORT_FORMATS } from "../../report/formats.ts";
import type { ReadReport } from "../../report/read-report.ts";
import type { StoredObjects } from "../../stored/stored-objects.ts";
import { type Command, type Invocation, valueOf } from "../command.ts";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import type { Flag } from "../flags.ts";
import { ProgressLine } from "../progress-line.ts";
import { TimeLeft } from "../time-left.ts";
import { JOB_FILTER_FLAGS, jobFilter } from "../stored-jobs.ts";
import { openSource } from "../stored-source.ts";
import { writePieces } from "../write-pieces.ts";

const GROUP = "Report";
const STANDARD_OUTPUT = "-";
const NO_OBJECTS =
  "There is nothing to report on: no object is there; an agent stores them with --destination, and each push_frequency";
const NO_JOBS = "There is nothing to report on: no object has a job or a machine that was asked for";
const FORMATS = REPORT_FORMATS.map(({ name }) => name);

const FORMAT_FLAG: Flag = {
  name: "format",
  form: `--format <${FORMATS.join("|")}>`,
  takesValue: true,
  description: "html is a page, csv a row a step, perfetto a trace for its viewer (default: html)",
  group: GROUP,
  check: { wanted: FORMATS.join(", "), isRight: (value) => FORMATS.some((name) => name === value) },
};
const OUTPUT_FLAG: Flag = {
  name: "output",
  short: "o",
  form: "-o, --output <file>",
  takesValue: true,
  description: "the file to write; - is standard output (default: report.html, or the format)",
  group: GROUP,
};

/**
 * Writes a report of stored objects. 0: it is written, whatever could not be read is named; 1: nothing could be read, or
 * the file not be written; 2: a wrong argument; 3: it was stopped before the end.
 */
export const report: Command = {
  name: "report",
  argument: "<source>",
  moreArguments: "[source…]",
  description: "make a page of stored objects: jobs, steps, charts, events, logs, traces",
  flags: [FORMAT_FLAG, OUTPUT_FLAG, ...JOB_FILTER_FLAGS],
  run: writeReport,
};

async function writeReport(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const { err, stop } = context;
  const formatName = valueOf(invocation, FORMAT_FLAG) ?? REPORT_FORMATS[0].name;
  const output = valueOf(invocation, OUTPUT_FLAG) ?? `report.${formatName}`;
  if (output === STANDARD_OUTPUT && formatName === "perfetto") {
    err("error: Cannot write perfetto to standard output: it is no text, a file wanted\n");
    return EXIT.usage;
  }
  const sources = await openSources(context, invocation);
  if (sources === undefined) return EXIT.usage;
  const progress = new ProgressLine(context);
  try {
    const read = await readWithProgress(sources, invocation, progress, stop);
    for (const note of await notesOn(read)) err(`${printable(note)}\n`);
    if (read.jobs.length === 0) return EXIT.failed;
    const bytes = await write(context, output, piecesOf(formatName, read));
    if (output !== STANDARD_OUTPUT) err(`Wrote ${printable(output)} (${bytesText(bytes)}): ${jobsText(read)}\n`);
    return EXIT.delivered;
  } catch (error) {
    progress.end();
    if (stop.aborted) {
      err("Stopped before the end; nothing is written\n");
      return EXIT.linesLeft;
    }
    err(`Cannot write the report: ${printable(errorText(error))}\n`);
    return EXIT.failed;
  }
}

/** Undefined when a word is no place, which is said then. */
async function openSources(
  context: CliContext,
  { argument = "", moreArguments = [] }: Invocation,
): Promise<readonly StoredObjects[] | undefined> {
  const sources = await Promise.all([argument, ...moreArguments].map(async (text) => openSource(context, text)));
  const mistake = sources.find((source) => typeof source === "string");
  if (mistake !== undefined) context.err(`error: ${mistake}\n`);
  return mistake === undefined ? sources.filter((source) => typeof source !== "string") : undefined;
}

async function readWithProgress(
  sources: readonly StoredObjects[],
  invocation: Invocation,
  progress: ProgressLine,
  stop: AbortSignal,
): Promise<ReadReport> {
  const { readReport } = await import("../../report/read-report.ts");
  const timeLeft = new TimeLeft();
  const read = await readReport(
    {
      sources,
      ...jobFilter(invocation, Date.now()),
      onProgress: (doneBytes, totalBytes) => progress.show(timeLeft.text(doneBytes, totalBytes)),
    },
    stop,
  );
  progress.end();
  return read;
}

/** What there was not, or what is not shown of it. */
async function notesOn(read: ReadReport): Promise<readonly string[]> {
  const { leftOut } = await import("../../report/left-out.ts");
  if (read.jobs.length > 0) return leftOut(read);
  const { objects, unreadable } = read.counts;
  if (objects + unreadable === 0) return [...leftOut(read), NO_OBJECTS];
  return [...leftOut(read), objects === 0 ? "No object could be read" : NO_JOBS];
}

function piecesOf(name: string, read: ReadReport): AsyncIterable<string | Uint8Array> {
  const format = REPORT_FORMATS.find((one) => one.name === name) ?? REPORT_FORMATS[0];
  return format.write(read);
}

/** How many bytes were written. */
async function write(
  { out, workingDirectory }: CliContext,
  output: string,
  pieces: AsyncIterable<string | Uint8Array>,
): Promise<number> {
  if (output !== STANDARD_OUTPUT) return writePieces(resolve(workingDirectory, output), pieces);
  let bytes = 0;
  for await (const piece of pieces) {
    out(String(piece));
    bytes += piece.length;
  }
  return bytes;
}

function jobsText({ jobs }: ReadReport): string {
  const known = jobs.filter(({ state }) => state.jobs.length > 0).length;
  if (known === 0) return `no job is known, ${jobs.length === 1 ? "one machine" : `${jobs.length} machines`}`;
  return counted(known, "job");
}
