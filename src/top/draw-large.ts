import { ALL_CHARTS, chartLines, FEW_CHARTS } from "./draw-charts.ts";
import { eventLines, headingLine } from "./draw-events.ts";
import { problemLines } from "./draw-health.ts";
import { logLines } from "./draw-log.ts";
import { processLines } from "./draw-processes.ts";
import { axisLine, type Drawing, jobLine, stepLine } from "./draw-steps.ts";
import { collectorLines, streamDetails } from "./draw-streams.ts";
import { EMPTY, type Line } from "./line.ts";
import type { Seen, Size } from "./seen.ts";
import type { Part, View } from "./view.ts";

/** Rows that the list of processes keeps below the charts. */
const PROCESS_ROWS = 8;
/** A higher chart says no more. */
const CHART_MAX_ROWS = 5;

interface Drawn {
  readonly lines: readonly Line[];
  readonly scrollMax: number;
}

/** One part with all that is known of it, as far as the rows go; the rest is reached by the arrows. */
export function largeLines(part: Part, seen: Seen, view: View, size: Size, drawing: Drawing): Drawn {
  const { columns, rows } = size;
  switch (part) {
    case "steps":
      return scrolled([axisLine(seen, drawing)], stepsLines(seen, size, drawing), view, rows);
    case "machine":
      return scrolled([], machineLines(seen, size, drawing), view, rows);
    case "delivery":
      return scrolled([], deliveryLines(seen, columns), view, rows);
    case "log":
      return logLines(seen, view, columns, rows);
  }
}

/** Every job with its steps, and where there is room for them the charts on the same axis. */
function stepsLines(seen: Seen, { rows }: Size, drawing: Drawing): readonly Line[] {
  const jobs = jobsLines(seen, drawing);
  const height = Math.floor((rows - 1 - jobs.length) / FEW_CHARTS.length);
  return height < 1 ? jobs : [...jobs, ...chartLines(FEW_CHARTS, seen, drawing, Math.min(height, CHART_MAX_ROWS))];
}

/** Every job, the newest first, with its steps. */
function jobsLines(seen: Seen, drawing: Drawing): readonly Line[] {
  const jobs = seen.state.jobs.toSorted((a, b) => b.startedAtMs - a.startedAtMs);
  if (jobs.length === 0) return [jobLine(undefined, seen, drawing.columns)];
  return jobs.flatMap((job) => [
    jobLine(job, seen, drawing.columns),
    ...job.steps.map((step) => stepLine(step, seen, drawing)),
    EMPTY,
  ]);
}

function machineLines(seen: Seen, { columns, rows }: Size, drawing: Drawing): readonly Line[] {
  const height = Math.min(CHART_MAX_ROWS, Math.max(1, Math.floor((rows - PROCESS_ROWS) / ALL_CHARTS.length)));
  return [
    ...chartLines(ALL_CHARTS, seen, drawing, height),
    axisLine(seen, drawing),
    ...processLines(seen, columns, Number.POSITIVE_INFINITY),
  ];
}

function deliveryLines(seen: Seen, columns: number): readonly Line[] {
  return [
    ...problemLines(seen, columns),
    ...streamDetails(seen, columns),
    EMPTY,
    ...collectorLines(seen, columns),
    EMPTY,
    headingLine("Events", ""),
    ...eventLines(seen, columns),
  ];
}

/** The fixed lines, and below them so much of the others as there is room for. */
function scrolled(fixed: readonly Line[], others: readonly Line[], { scroll }: View, rows: number): Drawn {
  const room = Math.max(0, rows - fixed.length);
  const scrollMax = Math.max(0, others.length - room);
  const from = Math.min(scroll, scrollMax);
  return { lines: [...fixed, ...others.slice(from, from + room)].slice(0, rows), scrollMax };
}
