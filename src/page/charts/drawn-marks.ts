import type uPlot from "uplot";
import type { LiveEvent } from "../../live/live-data.ts";
import type { TimeRange } from "../time/time-axis.ts";
import type { Palette } from "./palette.ts";

/** Shades the range, behind the lines. */
export function drawMarked(plot: uPlot, range: TimeRange | undefined, palette: Palette): void {
  if (range === undefined) return;
  const { left, top, width, height } = plot.bbox;
  const from = Math.max(left, plot.valToPos(range.minMs, "x", true));
  const to = Math.min(left + width, plot.valToPos(range.maxMs, "x", true));
  if (to <= from) return;
  plot.ctx.fillStyle = palette.colour("--marked");
  plot.ctx.fillRect(from, top, to - from, height);
}

/** A line for each event, before the lines of the chart. */
export function drawEvents(plot: uPlot, events: readonly LiveEvent[], palette: Palette): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { atMs, severity } of events) {
    const x = Math.round(plot.valToPos(atMs, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = palette.colour(`--severity-${severity}`);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
