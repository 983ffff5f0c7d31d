import type { LiveJob, LiveStep } from "../live/live-data.ts";
import { shownInLine } from "../page/text/ansi.ts";
import { durationText } from "../lib/quantities.ts";
import { tickText, timeTicks } from "../page/time/time-ticks.ts";
import { resultOf } from "../live/results.ts";
import { cut, filled, type Line, piece, spread } from "./line.ts";
import { type Seen, TEXT_MAX_CHARS } from "./seen.ts";
import type { TimeScale } from "./time-scale.ts";
import type { Widths } from "./widths.ts";

/** What says most about where a job comes from, in this order. */
const TOLD = ["vcs.repository.name", "cicd.pipeline.name", "vcs.ref.head.name"] as const;
const BAR = "━";
const MARK = "◆";
/** Of the functions that place marks of time, for which a column is so wide. */
const COLUMN_PX = 7;

const RESULT_STYLES: Readonly<Record<string, string>> = {
  running: "info",
  success: "good",
  failure: "bad",
  error: "bad",
  cancellation: "warn",
  skip: "quiet",
  unknown: "quiet",
};

export interface Drawing {
  readonly widths: Widths;
  readonly scale: TimeScale;
  readonly columns: number;
}

/** The job that began last; undefined without any. */
export function newestJob(jobs: readonly LiveJob[]): LiveJob | undefined {
  return jobs.toSorted((a, b) => a.startedAtMs - b.startedAtMs).at(-1);
}

/** The job's name, where it comes from, and how long it took. */
export function jobLine(job: LiveJob | undefined, { state, nowMs }: Seen, columns: number): Line {
  if (job === undefined) return [piece("No job yet. Steps of a runner, and marks, are shown here.", "quiet")];
  const { sign, word, name } = resultOf(job);
  const from = TOLD.flatMap((key) => {
    const value = job.attributes[key];
    return value === undefined || value === "" ? [] : [shownInLine(value, TEXT_MAX_CHARS)];
  });
  const others = state.jobs.length > 1 ? [`${state.jobs.length} jobs`] : [];
  const left = [
    piece(`${sign} `, `strong ${RESULT_STYLES[name] ?? ""}`),
    piece(shownInLine(job.name, TEXT_MAX_CHARS), "strong"),
    piece([" ", ...from, ...others].join(" · ").replace(" · ", " "), "quiet"),
  ];
  const took = durationText((job.endedAtMs ?? nowMs) - job.startedAtMs);
  return spread(left, [piece(columns < 40 ? took : `${word} ${took}`, RESULT_STYLES[name] ?? "")], columns);
}

/** The newest steps, of which those that run come first when there is no room for all; in the order of their start. */
export function chosenSteps(steps: readonly LiveStep[], rows: number): readonly LiveStep[] {
  if (steps.length <= rows) return steps;
  const byNews = steps.toSorted((a, b) => newsOf(b) - newsOf(a) || b.startedAtMs - a.startedAtMs);
  const chosen = new Set(byNews.slice(0, rows));
  return steps.filter((step) => chosen.has(step));
}

/** When a step was last heard of. */
function newsOf({ endedAtMs }: LiveStep): number {
  return endedAtMs ?? Number.POSITIVE_INFINITY;
}

/** A step as a bar over time, with its name and how long it took. */
export function stepLine(step: LiveStep, { nowMs }: Seen, { widths, scale, columns }: Drawing): Line {
  const { sign, word, name } = resultOf(step);
  const style = RESULT_STYLES[name] ?? "";
  const endMs = step.endedAtMs ?? Math.max(nowMs, step.startedAtMs);
  const took = durationText(endMs - step.startedAtMs);
  const label = [piece(`${sign} `, style), piece(shownInLine(step.name, TEXT_MAX_CHARS))];
  if (!widths.isWide) return spread(label, [piece(took, "quiet")], columns);
  const isUsual = name === "success" || name === "running";
  const value =
    widths.hasRange && !isUsual ? [piece(took), piece(` ${word}`, style)] : [piece(took, isUsual ? "" : style)];
  return [
    ...filled(label, widths.label),
    piece(" "),
    piece(barOf(scale, step.startedAtMs, endMs), style),
    piece(" "),
    ...cut(value, widths.value),
  ];
}

/** At least one column, as wide as the plot with its blanks. */
function barOf(scale: TimeScale, fromMs: number, toMs: number): string {
  const last = scale.columns - 1;
  const from = Math.min(last, Math.max(0, scale.columnAt(fromMs)));
  const to = Math.min(last, Math.max(from, scale.columnAt(toMs - 1)));
  return " ".repeat(from) + BAR.repeat(to - from + 1) + " ".repeat(last - to);
}

/** The times of the plot, and the events as marks on it. */
export function axisLine({ state }: Seen, { widths, scale }: Drawing): Line {
  const { minMs, maxMs } = scale.range;
  const ticks = timeTicks(minMs, maxMs, scale.columns * COLUMN_PX);
  const cells = Array.from({ length: scale.columns }, () => piece(" ", "quiet"));
  for (const { atMs, severity } of state.events) {
    const column = scale.columnAt(atMs);
    if (column >= 0 && column < cells.length) cells[column] = piece(MARK, `severity-${severity}`);
  }
  for (const ms of ticks) {
    const column = scale.columnAt(ms);
    const label = `╵${tickText(ms, ticks)}`.split("").map((character) => piece(character, "quiet"));
    // A mark says more than a time does.
    const isFree = column >= 0 && cells.slice(column, column + label.length).every(({ text }) => text === " ");
    if (isFree && column + label.length <= cells.length) cells.splice(column, label.length, ...label);
  }
  const marks = state.events.length === 0 ? "" : `${MARK} event`;
  return [piece(" ".repeat(widths.label + 1)), ...joined(cells), piece(" "), piece(marks, "quiet")];
}

/** Neighbours of one style as one piece. */
function joined(cells: Line): Line {
  const runs: { text: string; style: string }[] = [];
  for (const { text, style } of cells) {
    const last = runs.at(-1);
    if (last?.style === style) last.text += text;
    else runs.push({ text, style });
  }
  return runs;
}
