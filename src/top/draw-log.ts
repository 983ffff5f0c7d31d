import type { LiveLog } from "../live/live-data.ts";
import { ansiRuns, shownInLine } from "../page/text/ansi.ts";
import { clockText } from "../lib/quantities.ts";
import { severityOf } from "../page/views/severity.ts";
import { headingLine } from "./draw-events.ts";
import { cut, filled, type Line, piece } from "./line.ts";
import { type Seen, TEXT_MAX_CHARS } from "./seen.ts";
import type { View } from "./view.ts";

const SEVERITY_COLUMNS = 5;
const STEP_COLUMNS = 18;
/** So wide that the name of the step stands before each line. */
const STEP_FROM_COLUMNS = 110;
/** So narrow that only the text is shown. */
const TEXT_ONLY_COLUMNS = 36;

/** The end of the log below a heading, `rows` lines together, and how far one could scroll towards its beginning. */
export function logLines(
  seen: Seen,
  view: View,
  columns: number,
  rows: number,
): { readonly lines: readonly Line[]; readonly scrollMax: number } {
  const hasHeading = rows >= 3;
  const room = Math.max(0, rows - (hasHeading ? 1 : 0));
  const heading = hasHeading ? [cut(logHeading(seen, view), columns)] : [];
  const { logNumbers: numbers, data, state } = seen;
  if (numbers.length === 0) return { lines: [...heading, [piece(whyNone(seen, view), "quiet")]], scrollMax: 0 };
  const scrollMax = Math.max(0, numbers.length - room);
  const end = numbers.length - Math.min(view.scroll, scrollMax);
  const steps = new Map(state.jobs.flatMap((job) => job.steps).map(({ id, name }) => [id, name]));
  const lines = numbers.slice(Math.max(0, end - room), end).flatMap((number): Line[] => {
    const record = data.logs.record(number);
    if (record === undefined) return [];
    return [recordLine(record, steps.get(record.stepId ?? ""), columns)];
  });
  return { lines: [...heading, ...lines], scrollMax };
}

function logHeading({ data, logNumbers }: Seen, { filter, scroll }: View): Line {
  const all = `${count(data.logs.length)} ${data.logs.length === 1 ? "line" : "lines"}`;
  const notes = [
    filter === "" ? all : `${count(logNumbers.length)} of ${all} with "${shownInLine(filter, TEXT_MAX_CHARS)}"`,
    ...(scroll > 0 ? [`${count(scroll)} below`] : []),
    ...(data.logs.leftOut > 0 ? [`${count(data.logs.leftOut)} left out: they came too fast`] : []),
  ];
  return headingLine("Log", notes.join(" · "));
}

function whyNone({ state, data }: Seen, { filter }: View): string {
  if (!state.maySeeTexts) return "Log lines are left out: you are another user of this machine.";
  if (filter !== "" && data.logs.length > 0) return `No line has "${shownInLine(filter, TEXT_MAX_CHARS)}" in it.`;
  return "No line yet. They come from the runner, the system log, and whatever sends OTLP to the agent.";
}

/** `12,345`. */
function count(value: number): string {
  return value.toLocaleString("en");
}

/** The first line of a record, in the colours of the job. */
function recordLine({ atMs, severity, text }: LiveLog, step: string | undefined, columns: number): Line {
  const { word, name } = severityOf(severity);
  const end = text.indexOf("\n");
  const line = (end < 0 ? text : text.slice(0, end)).slice(0, TEXT_MAX_CHARS);
  const isWhole = line.length === text.trimEnd().length;
  const isText = columns < TEXT_ONLY_COLUMNS;
  return cut(
    [
      ...(isText ? [] : [piece(`${clockText(atMs)} `, "quiet")]),
      ...(isText ? [] : [piece(`${word.padEnd(SEVERITY_COLUMNS)} `, `severity-${name}`)]),
      ...(columns < STEP_FROM_COLUMNS ? [] : stepPieces(step)),
      ...ansiRuns(line),
      ...(isWhole ? [] : [piece(" ⏎ …", "quiet")]),
    ],
    columns,
  );
}

function stepPieces(step: string | undefined): Line {
  return [...filled([piece(shownInLine(step ?? "", TEXT_MAX_CHARS), "quiet")], STEP_COLUMNS), piece(" ")];
}
