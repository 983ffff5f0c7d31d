import { errorText } from "../../lib/error-text.ts";
import { printable, printableLines } from "../../lib/printable.ts";
import { readPrice } from "../../lib/price.ts";
import type { SummaryFormat } from "../../summary/formats.ts";
import type { RunFacts } from "../../summary/run-facts.ts";
import { AskError, configHere } from "../ask-agent.ts";
import { askSummary } from "../ask-summary.ts";
import { type Command, type Invocation, valueOf } from "../command.ts";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { type Flag, optionFlags, SETTINGS_FLAG } from "../flags.ts";
import { ProgressLine } from "../progress-line.ts";
import { JOB_FILTER_FLAGS, jobFilter } from "../stored-jobs.ts";
import { openSource } from "../stored-source.ts";
import { TimeLeft } from "../time-left.ts";

const GROUP = "Summary";
/** The agent answers from memory. */
const ANSWER_TIMEOUT_MS = 3000;
const FORMATS = ["markdown", "text", "json"] as const satisfies readonly SummaryFormat[];

const FORMAT_FLAG: Flag = {
  name: "format",
  form: `--format <${FORMATS.join("|")}>`,
  takesValue: true,
  description: "the form (default: text on a terminal, otherwise markdown)",
  group: GROUP,
  check: { wanted: FORMATS.join(", "), isRight: (value) => FORMATS.some((name) => name === value) },
};
const RUNS_FLAG: Flag = {
  name: "runs",
  form: "--runs <source>",
  takesValue: true,
  description: "all runs of jobs in a folder or s3://bucket/prefix, with advice on the size of their machine",
  group: GROUP,
};
/**
 * Prints what a job used: of the agent's run, or with `--runs` of many. 0: printed; 1: nobody answers, or there is no job;
 * 2: a wrong argument; 3: it was stopped before the end.
 */
export const summary: Command = {
  name: "summary",
  description: "print what the job used, took and cost, for GITHUB_STEP_SUMMARY; advice from many runs",
  flags: [
    FORMAT_FLAG,
    RUNS_FLAG,
    ...JOB_FILTER_FLAGS,
    SETTINGS_FLAG,
    ...optionFlags("price-per-minute", "port", "host"),
  ],
  run: printSummary,
};

async function printSummary(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const { err } = context;
  const source = valueOf(invocation, RUNS_FLAG);
  const lonely = JOB_FILTER_FLAGS.find((flag) => source === undefined && valueOf(invocation, flag) !== undefined);
  if (lonely !== undefined) {
    err(`error: option '${lonely.form}' goes with '${RUNS_FLAG.form}'\n`);
    return EXIT.usage;
  }
  try {
    return await (source === undefined ? printRun(context, invocation) : printRuns(context, invocation, source));
  } catch (error) {
    if (!(error instanceof AskError)) throw error;
    err(`Cannot summarize the job: ${error.message}\n`);
    return EXIT.failed;
  }
}

async function printRun(context: CliContext, invocation: Invocation): Promise<ExitCode> {
  const told = await askSummary(context, invocation, ANSWER_TIMEOUT_MS);
  const { SUMMARY_WRITERS } = await import("../../summary/formats.ts");
  context.out(printableLines(SUMMARY_WRITERS[formatOf(context, invocation)].run(told)));
  return EXIT.delivered;
}

async function printRuns(context: CliContext, invocation: Invocation, text: string): Promise<ExitCode> {
  const { err, out, stop } = context;
  const { page } = await configHere(context, invocation);
  const source = await openSource(context, text);
  if (typeof source === "string") {
    err(`error: ${source}\n`);
    return EXIT.usage;
  }
  const [{ SUMMARY_WRITERS }, { runFacts }, { runsSummary }, { readRuns }] = await Promise.all([
    import("../../summary/formats.ts"),
    import("../../summary/run-facts.ts"),
    import("../../summary/runs-summary.ts"),
    import("../read-runs.ts"),
  ]);
  const [progress, timeLeft] = [new ProgressLine(context), new TimeLeft()];
  const runs: RunFacts[] = [];
  const notes: string[] = [];
  try {
    const options = {
      ...jobFilter(invocation, Date.now()),
      onProgress: (doneBytes: number, totalBytes: number) => progress.show(timeLeft.text(doneBytes, totalBytes)),
      onNotes: (all: readonly string[]) => notes.push(...all),
    };
    for await (const run of readRuns(source, options, stop)) runs.push(runFacts(run.job, run));
  } catch (error) {
    progress.end();
    err(stop.aborted ? "Stopped before the end\n" : `Cannot read the runs: ${printable(errorText(error))}\n`);
    return stop.aborted ? EXIT.linesLeft : EXIT.failed;
  }
  progress.end();
  for (const note of notes) err(`${printable(note)}\n`);
  if (runs.length === 0) {
    err(`Cannot summarize the runs: no object of ${printable(source.label)} tells of a job that was asked for\n`);
    return EXIT.failed;
  }
  const price = page.price === undefined ? undefined : readPrice(page.price);
  out(printableLines(SUMMARY_WRITERS[formatOf(context, invocation)].runs(runsSummary(runs, price))));
  return EXIT.delivered;
}

function formatOf({ screen }: CliContext, invocation: Invocation): SummaryFormat {
  const given = valueOf(invocation, FORMAT_FLAG);
  return FORMATS.find((name) => name === given) ?? (screen() === undefined ? "markdown" : "text");
}
