import type uPlot from "uplot";
import type { SeriesStore } from "../data/series-store.ts";
import type { TimeRange } from "../time/time-axis.ts";
import { el, setText, table } from "../views/dom.ts";
import { clockText } from "../../lib/quantities.ts";
import type { ChartKind } from "./chart-kinds.ts";
import { makePlot, type PlotContext, plotData } from "./plot.ts";
import { summaryOf, type LineSummary } from "./summary.ts";

/** One chart: its title with the values at the cursor, the picture, and the same as a table. */
export class ChartView {
  readonly element: HTMLElement;
  readonly #kind: ChartKind;
  readonly #plot: uPlot;
  readonly #picture: HTMLElement;
  readonly #values: readonly HTMLElement[];
  readonly #details: HTMLDetailsElement;
  readonly #context: PlotContext;
  #summaries: readonly LineSummary[] = [];

  /** `parent` is in the document already: the plot takes its width. */
  constructor(kind: ChartKind, parent: HTMLElement, context: PlotContext, hasTimes: boolean) {
    this.#kind = kind;
    this.#context = context;
    this.#values = kind.lines.map(() => el("output", { class: "value", attributes: { "aria-live": "off" } }, "–"));
    const keys = kind.lines.map(({ label }, at) =>
      el("span", { class: "key" }, el("i", { class: `swatch swatch-${at + 1}` }), label, this.#values[at]),
    );
    this.#picture = el("div", { class: "picture", attributes: { role: "img" } });
    this.#details = el(
      "details",
      { class: "as-table" },
      el("summary", {}, "Table", el("span", { class: "visually-hidden" }, ` of ${kind.title}`)),
    );
    this.#details.addEventListener("toggle", () => this.#drawTable());
    this.element = el(
      "section",
      { class: "chart", attributes: { id: `chart-${kind.id}`, "aria-labelledby": `chart-title-${kind.id}` } },
      el(
        "header",
        {},
        el("h3", { attributes: { id: `chart-title-${kind.id}` } }, kind.title),
        el("span", { class: "meaning" }, kind.meaning),
        el("span", { class: "keys" }, ...keys),
      ),
      this.#picture,
      this.#details,
    );
    parent.append(this.element);
    this.#plot = makePlot(kind, this.#picture, context, hasTimes);
  }

  /** `group`: so many buckets become one point, whose times are given. */
  setData(store: SeriesStore, times: readonly number[], group: number): void {
    this.#plot.setData(plotData(this.#kind, store, times, group));
    this.#summarise(store);
  }

  /** Another part of the run is seen. */
  setRange(store: SeriesStore): void {
    const { minMs, maxMs } = this.#context.axis.range;
    this.#plot.setScale("x", { min: minMs, max: maxMs });
    this.#summarise(store);
  }

  /** The values of the bucket, and the line over it. Undefined: nobody points at one. */
  setCursor(store: SeriesStore, bucket: number | undefined, isOwn: boolean): void {
    this.#kind.lines.forEach(({ series }, at) => {
      const mean = store.columns(series)?.mean;
      const value = bucket === undefined ? mean?.findLast((one) => one !== null) : mean?.[bucket];
      const output = this.#values[at];
      if (output !== undefined) setText(output, value === undefined || value === null ? "–" : this.#kind.text(value));
    });
    if (isOwn) return;
    const left = bucket === undefined ? -10 : this.#plot.valToPos(store.timeOf(bucket), "x");
    this.#plot.setCursor({ left, top: bucket === undefined ? -10 : 10 }, false);
  }

  /** Where the pointer is, if it is over this chart. */
  get isUnderPointer(): boolean {
    return this.#picture.matches(":hover");
  }

  setWidth(width: number): void {
    if (width > 0 && width !== this.#plot.width) this.#plot.setSize({ width, height: this.#plot.height });
  }

  redraw(): void {
    this.#plot.redraw(false, true);
  }

  #summarise(store: SeriesStore): void {
    this.#summaries = this.#kind.lines.map((line) => summaryOf(line, store, this.#context.axis.range));
    this.#picture.setAttribute(
      "aria-label",
      `${this.#kind.title}: ${this.#summaries.map((one) => this.#told(one)).join("; ")}`,
    );
    this.#drawTable();
  }

  #told({ label, mean, max, maxAtMs }: LineSummary): string {
    if (mean === undefined || max === undefined || maxAtMs === undefined) return `${label} not measured`;
    return `${label} ${this.#kind.text(mean)} in the mean, at most ${this.#kind.text(max)} at ${clockText(maxAtMs)}`;
  }

  #drawTable(): void {
    if (!this.#details.open) return;
    const { minMs, maxMs }: TimeRange = this.#context.axis.range;
    const text = (value: number | undefined): string => (value === undefined ? "–" : this.#kind.text(value));
    const rows = this.#summaries.map(({ label, min, mean, max, maxAtMs, last }) => [
      label,
      text(min),
      text(mean),
      text(max),
      maxAtMs === undefined ? "–" : clockText(maxAtMs),
      text(last),
    ]);
    const caption = `${this.#kind.title} from ${clockText(minMs)} to ${clockText(maxMs)}`;
    const drawn = table(caption, ["", "least", "mean", "most", "most at", "last"], rows);
    this.#details.querySelector("table")?.remove();
    this.#details.append(drawn);
  }
}
