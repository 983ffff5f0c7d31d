import uPlot from "uplot";
import type { LiveEvent } from "../../live/live-data.ts";
import type { SeriesStore } from "../data/series-store.ts";
import type { TimeAxis, TimeRange } from "../time/time-axis.ts";
import { tickText, timeTicks } from "../time/time-ticks.ts";
import type { ChartKind } from "./chart-kinds.ts";
import { drawEvents, drawMarked } from "./drawn-marks.ts";
import { drawnColumns } from "./drawn-series.ts";
import { niceTop } from "./nice-top.ts";
import type { Palette } from "./palette.ts";

/** The room beside each plot, in CSS px, for all charts the same, and for the bars above them (charts.css). */
const LEFT_PX = 66;
const RIGHT_PX = 24;
const HEIGHT_PX = 104;
const TIMES_PX = 26;
const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif';

export interface PlotContext {
  readonly axis: TimeAxis;
  readonly palette: Palette;
  /** What is marked in all charts: the step that was chosen. */
  readonly marked: () => TimeRange | undefined;
  readonly events: () => readonly LiveEvent[];
}

/** One chart as uPlot draws it, bound to the common time axis. `hasTimes`: it is the lowest one. */
export function makePlot(
  kind: ChartKind,
  parent: HTMLElement,
  { axis, palette, marked, events }: PlotContext,
  hasTimes: boolean,
): uPlot {
  const grid = { stroke: () => palette.colour("--grid"), width: 1 };
  const options: uPlot.Options = {
    width: Math.max(120, parent.clientWidth),
    height: HEIGHT_PX + (hasTimes ? TIMES_PX : 0),
    ms: 1,
    padding: [8, RIGHT_PX, hasTimes ? 0 : 4, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false },
      points: { size: 7, width: 1.5, stroke: () => palette.colour("--surface") },
      bind: {
        dblclick: () => () => {
          axis.reset();
          return null;
        },
      },
    },
    scales: {
      x: { time: true, range: () => [axis.range.minMs, axis.range.maxMs] },
      y: { range: (_, __, max) => [0, kind.top ?? niceTop(Math.max(kind.leastTop, max ?? 0), kind.id)] },
    },
    axes: [
      {
        stroke: () => palette.colour("--text-2"),
        font: FONT,
        grid,
        ticks: { show: false },
        size: hasTimes ? TIMES_PX : 0,
        gap: 6,
        splits: (plot) => timeTicks(axis.range.minMs, axis.range.maxMs, plot.bbox.width / devicePixelRatio),
        values: (_, ticks) => ticks.map((tick) => (hasTimes ? tickText(tick, ticks) : "")),
      },
      {
        stroke: () => palette.colour("--text-2"),
        font: FONT,
        grid,
        ticks: { show: false },
        size: LEFT_PX,
        gap: 8,
        splits: (plot) => {
          const top = plot.scales["y"]?.max ?? 1;
          return [0, top / 2, top];
        },
        values: (_, ticks) => ticks.map((tick) => (tick === 0 ? "0" : kind.text(tick))),
      },
    ],
    series: [
      {},
      ...kind.lines.map(({ label, colour, dash }) => ({
        label,
        stroke: () => palette.colour(colour),
        width: 1.5,
        points: { show: false },
        spanGaps: false,
        ...(dash === undefined ? {} : { dash: [...dash] }),
      })),
      // The least and the most of a bucket of the first line, filled between.
      ...["least", "most"].map((label) => ({ label, width: 0, points: { show: false } })),
    ],
    bands: [
      {
        series: [kind.lines.length + 2, kind.lines.length + 1],
        fill: () => palette.colour("--band"),
      },
    ],
    hooks: {
      drawClear: [(plot) => drawMarked(plot, marked(), palette)],
      draw: [(plot) => drawEvents(plot, events(), palette)],
      setCursor: [
        (plot) => {
          // Also told when another chart has moved this one's cursor, and when data came.
          const left = plot.cursor.left ?? -1;
          if (left >= 0 && plot.over.matches(":hover")) axis.setCursor(plot.posToVal(left, "x"));
        },
      ],
      setSelect: [
        (plot) => {
          if (plot.select.width < 4) return;
          const { left, width } = plot.select;
          axis.zoom(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
  return new uPlot(options, [[], ...options.series.slice(1).map(() => [])], parent);
}

/** The columns of a chart as uPlot takes them, `group` buckets a point. */
export function plotData(
  kind: ChartKind,
  store: SeriesStore,
  times: readonly number[],
  group: number,
): uPlot.AlignedData {
  const drawn = kind.lines.map(({ series }) => drawnColumns(store, series, group));
  const band = drawn[0];
  return [[...times], ...drawn.map(({ mean }) => mean), band?.min ?? [], band?.max ?? []];
}
