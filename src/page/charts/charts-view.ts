import { byId, onceAFrame } from "../views/dom.ts";
import type { RunData } from "../data/run-data.ts";
import { chartKinds } from "./chart-kinds.ts";
import { bucketsAPoint, drawnTimes } from "./drawn-series.ts";
import { ChartView } from "./chart-view.ts";
import type { PlotContext } from "./plot.ts";
import { bindKeys } from "./keys.ts";

/** The charts one below the other, with one cursor. */
export class ChartsView {
  readonly #data: RunData;
  readonly #context: PlotContext;
  readonly #place = byId("charts");
  readonly #hint = byId("charts-empty");
  #charts: readonly ChartView[] = [];
  /** What the charts were made for: they say it in their titles. */
  #madeFor = "";
  #drawnVersion = -1;
  /** Buckets a point, as drawn. */
  #group = 1;

  constructor(data: RunData, context: PlotContext) {
    this.#data = data;
    this.#context = context;
    const drawData = onceAFrame(() => this.#drawData());
    const drawRange = onceAFrame(() => this.#drawRange());
    const drawCursor = onceAFrame(() => this.#drawCursor());
    data.on(["series"], drawData);
    data.on(["events"], () => this.redraw());
    context.axis.onRange(drawRange);
    context.axis.onCursor(drawCursor);
    new ResizeObserver(() => this.#fit()).observe(this.#place);
    this.#place.addEventListener("pointerleave", () => context.axis.setCursor(undefined));
    bindKeys(this.#place, context.axis, () => data.series.bucketMs);
  }

  /** The theme, the marks or the chosen step are others. */
  redraw = onceAFrame(() => {
    for (const chart of this.#charts) chart.redraw();
  });

  #drawData(): void {
    const { series } = this.#data;
    if (series.version === this.#drawnVersion) return;
    this.#drawnVersion = series.version;
    const isEmpty = series.length === 0;
    this.#hint.hidden = !isEmpty;
    this.#place.hidden = isEmpty;
    if (isEmpty) return;
    this.#make();
    this.#setData(this.#wantedGroup());
    this.#drawCursor();
  }

  #make(): void {
    const { cores, memoryBytes } = this.#data.series;
    const madeFor = `${cores} ${memoryBytes}`;
    if (madeFor === this.#madeFor) return;
    this.#madeFor = madeFor;
    this.#place.querySelectorAll(".chart").forEach((chart) => chart.remove());
    const kinds = chartKinds(cores, memoryBytes);
    this.#charts = kinds.map((kind, at) => new ChartView(kind, this.#place, this.#context, at === kinds.length - 1));
    this.#fit();
  }

  #setData(group: number): void {
    this.#group = group;
    const times = drawnTimes(this.#data.series, group);
    for (const chart of this.#charts) chart.setData(this.#data.series, times, group);
  }

  #wantedGroup(): number {
    const { minMs, maxMs } = this.#context.axis.range;
    return bucketsAPoint(this.#data.series, maxMs - minMs, this.#place.clientWidth);
  }

  #drawRange(): void {
    const group = this.#wantedGroup();
    if (group !== this.#group) this.#setData(group);
    for (const chart of this.#charts) chart.setRange(this.#data.series);
  }

  #drawCursor(): void {
    const { series } = this.#data;
    const { cursorMs } = this.#context.axis;
    const bucket = cursorMs === undefined ? undefined : series.bucketAt(cursorMs);
    for (const chart of this.#charts) chart.setCursor(series, bucket, chart.isUnderPointer);
  }

  #fit(): void {
    for (const chart of this.#charts) chart.setWidth(this.#place.clientWidth);
  }
}
