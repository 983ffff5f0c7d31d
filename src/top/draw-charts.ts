import type { SeriesName } from "../live/live-data.ts";
import { type ChartKind, type ChartLine, chartKinds } from "../page/charts/chart-kinds.ts";
import { niceTop } from "../page/charts/nice-top.ts";
import { summaryOf } from "../page/charts/summary.ts";
import type { SeriesStore } from "../page/data/series-store.ts";
import { blockChart } from "./block-chart.ts";
import type { Drawing } from "./draw-steps.ts";
import { cut, filled, type Line, piece } from "./line.ts";
import type { Seen } from "./seen.ts";
import type { ChartColumns, TimeScale } from "./time-scale.ts";
import type { Widths } from "./widths.ts";

/** What one chart draws: at each time the greatest of its series. */
interface Chart {
  readonly series: readonly SeriesName[];
  /** Its name on the narrowest terminals. */
  readonly short: string;
}

/** Six charts for everything. In the order in which they are left out when there is no room, from the last. */
export const FEW_CHARTS: readonly Chart[] = [
  { series: ["cpu.mean"], short: "cpu" },
  { series: ["memory.used"], short: "mem" },
  { series: ["cpu.busiest"], short: "max" },
  { series: ["disk.used"], short: "dsk" },
  { series: ["network.receive", "network.transmit"], short: "net" },
  { series: ["pressure.cpu", "pressure.memory", "pressure.io"], short: "psi" },
];

/** A chart for each series. */
export const ALL_CHARTS: readonly Chart[] = [
  { series: ["cpu.mean"], short: "cpu" },
  { series: ["cpu.busiest"], short: "max" },
  { series: ["memory.used"], short: "mem" },
  { series: ["disk.used"], short: "dsk" },
  { series: ["network.receive"], short: "in" },
  { series: ["network.transmit"], short: "out" },
  { series: ["pressure.cpu"], short: "psc" },
  { series: ["pressure.memory"], short: "psm" },
  { series: ["pressure.io"], short: "psd" },
  { series: ["cpu.iowait"], short: "iow" },
];

/** Columns of a value, before its range. */
const VALUE_COLUMNS = 10;

/** The charts, each `height` rows, in the order of the page. */
export function chartLines(charts: readonly Chart[], seen: Seen, drawing: Drawing, height: number): readonly Line[] {
  const { cores, memoryBytes } = seen.data.series;
  return chartKinds(cores, memoryBytes).flatMap((kind) =>
    kind.lines.flatMap(({ series }) => {
      const chart = charts.find((one) => one.series[0] === series);
      return chart === undefined ? [] : linesOf(chart, kind, seen.data.series, drawing, height);
    }),
  );
}

function linesOf(
  { series, short }: Chart,
  kind: ChartKind,
  store: SeriesStore,
  { widths, scale }: Drawing,
  height: number,
): readonly Line[] {
  const lines = kind.lines.filter((line) => series.includes(line.series));
  const style = lines[0]?.colour.slice("--".length) ?? "";
  const summary = greatest(lines, store, scale);
  const top = kind.top ?? niceTop(Math.max(kind.leastTop, summary?.max ?? 0), kind.id);
  const rows = blockChart(mostOf(series.map((name) => scale.valuesOf(name))), top, height, style);
  const isOne = lines.length === 1;
  const label = isOne ? `${kind.title} ${lines[0]?.label ?? ""}` : kind.title;
  return rows.map((row, at) => {
    const isFirst = at === 0;
    const name = isFirst ? (widths.isWide ? label : short) : "";
    return [
      ...filled([piece(name)], widths.label),
      piece(" "),
      ...filled(row, widths.plot),
      piece(" "),
      ...(isFirst ? valueOf(summary, kind, isOne, widths) : []),
    ];
  });
}

interface Greatest {
  readonly label: string;
  readonly last: number;
  readonly min: number;
  readonly max: number;
}

/** The line that is highest now, and the range of all. Undefined when nothing was measured. */
function greatest(lines: readonly ChartLine[], store: SeriesStore, scale: TimeScale): Greatest | undefined {
  let found: Greatest | undefined;
  for (const { label, last, min, max } of lines.map((line) => summaryOf(line, store, scale.range))) {
    if (last === undefined || min === undefined || max === undefined) continue;
    const isGreater = found === undefined || last > found.last;
    const range = { min: Math.min(min, found?.min ?? min), max: Math.max(max, found?.max ?? max) };
    found = { ...(isGreater || found === undefined ? { label, last } : found), ...range };
  }
  return found;
}

/** Now, and what of what it is, or the range. */
function valueOf(
  summary: Greatest | undefined,
  { text }: ChartKind,
  isOne: boolean,
  { value: columns, hasRange }: Widths,
): Line {
  if (summary === undefined) return cut([piece("–", "quiet")], columns);
  const { label, last, min, max } = summary;
  const value = piece(text(last), "strong");
  if (!hasRange) return cut([value], columns);
  const room = columns - VALUE_COLUMNS - 1;
  const range = `${text(min)}–${text(max)}`;
  const named = `${label}, ≤ ${text(max)}`;
  const more = isOne || Bun.stringWidth(named) > room ? range : named;
  return cut([...filled([value], VALUE_COLUMNS), piece(" "), piece(more, "quiet")], columns);
}

function mostOf(all: readonly ChartColumns[]): ChartColumns {
  const [first, ...others] = all;
  if (first === undefined || others.length === 0) return first ?? { mean: [], max: [] };
  const most = (pick: (columns: ChartColumns) => ChartColumns["mean"]): ChartColumns["mean"] =>
    pick(first).map((value, at) => others.reduce((sofar, one) => larger(sofar, pick(one)[at] ?? null), value));
  return { mean: most(({ mean }) => mean), max: most(({ max }) => max) };
}

function larger(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
