import { FEW_CHARTS, chartLines } from "./draw-charts.ts";
import { eventLines, exactly } from "./draw-events.ts";
import { firstRows, problemLines } from "./draw-health.ts";
import { logLines } from "./draw-log.ts";
import { processLines } from "./draw-processes.ts";
import { axisLine, chosenSteps, type Drawing, jobLine, newestJob, stepLine } from "./draw-steps.ts";
import { streamLines } from "./draw-streams.ts";
import { beside, type Line } from "./line.ts";
import type { Seen, Size } from "./seen.ts";
import { shareRows } from "./share-rows.ts";
import type { View } from "./view.ts";

/** Room for processes and streams side by side. */
const SIDE_BY_SIDE_COLUMNS = 72;
/** The streams have no more to say. */
const STREAMS_MAX_COLUMNS = 56;
/** The most processes that are listed here. */
const PROCESS_ROWS_MAX = 6;

/** A little of everything: what matters most first, the less there is room for. */
export function overviewLines(
  seen: Seen,
  view: View,
  { columns, rows }: Size,
  drawing: Drawing,
): { readonly lines: readonly Line[]; readonly scrollMax: number } {
  const { state, logNumbers } = seen;
  const job = newestJob(state.jobs);
  const problems = problemLines(seen, columns);
  const events = eventLines(seen, columns);
  const isSideBySide = columns >= SIDE_BY_SIDE_COLUMNS;
  const streams = Object.keys(state.streams).length + 2;
  const share = shareRows(rows, {
    problems: problems.length,
    job: 1,
    steps: job?.steps.length ?? 0,
    axis: drawing.widths.isWide ? 1 : 0,
    charts: seen.data.series.length === 0 ? FEW_CHARTS.length : Number.POSITIVE_INFINITY,
    work: isSideBySide ? Math.max(streams, PROCESS_ROWS_MAX + 1) : streams,
    events: state.events.length,
    log: Math.max(2, logNumbers.length + 1),
  });
  const height = Math.max(1, Math.floor(share.charts / FEW_CHARTS.length));
  const charts = FEW_CHARTS.slice(0, share.charts);
  // What charts of equal height leave over is the log's.
  const spare = share.charts - charts.length * height;
  const log = logLines(seen, view, columns, share.log + spare);
  const lines = [
    ...firstRows(problems, share.problems),
    ...(share.job === 0 ? [] : [jobLine(job, seen, columns)]),
    ...chosenSteps(job?.steps ?? [], share.steps).map((step) => stepLine(step, seen, drawing)),
    ...(share.axis === 0 ? [] : [axisLine(seen, drawing)]),
    ...chartLines(charts, seen, drawing, height),
    ...(share.work === 0 ? [] : exactly(workLines(seen, columns, share.work, isSideBySide), share.work)),
    ...events.slice(0, share.events),
    ...log.lines,
  ];
  return { lines, scrollMax: log.scrollMax };
}

/** Who works, and what it sends. */
function workLines(seen: Seen, columns: number, rows: number, isSideBySide: boolean): readonly Line[] {
  if (!isSideBySide) return streamLines(seen, columns, rows);
  const right = Math.min(STREAMS_MAX_COLUMNS, Math.floor(columns / 2) - 1);
  const left = columns - right - 2;
  return beside(processLines(seen, left, rows), streamLines(seen, right, rows), left + 1);
}
