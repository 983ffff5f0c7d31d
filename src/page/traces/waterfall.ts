import type { LiveSpan } from "../../live/live-data.ts";
import type { Trace } from "../data/trace.ts";
import { exactDurationText } from "../../lib/quantities.ts";
import type { TimeAxis, TimeRange } from "../time/time-axis.ts";
import { byId, el } from "../views/dom.ts";
import { moveOf } from "../views/moves.ts";
import { RowWindow } from "../views/row-window.ts";
import { Outline } from "./outline.ts";
import { spanRow } from "./span-row.ts";

/** As `--span-row` in traces.css. */
const ROW_PX = 24;
/** The axis is cut into so many parts, as the lines in traces.css. */
const PARTS = 4;
/** A bar has to have a width. */
const RANGE_MIN_MS = 0.001;

export interface WaterfallOptions {
  readonly axis: TimeAxis;
  /** Somebody has chosen it, or none of them any more. */
  readonly onSpan: (span: LiveSpan | undefined) => void;
}

/** One trace: its spans as a tree, and as bars over its time. */
export class Waterfall {
  readonly #element = byId("waterfall");
  readonly #times = byId("waterfall-times");
  readonly #rows: RowWindow<string>;
  readonly #options: WaterfallOptions;
  #outline = new Outline();
  #traceId: string | undefined;
  #whole: TimeRange = { minMs: 0, maxMs: 1 };
  #zoom: TimeRange | undefined;

  constructor(options: WaterfallOptions) {
    this.#options = options;
    this.#rows = new RowWindow({
      element: this.#element,
      rowPx: ROW_PX,
      makeRow: (key) => this.#row(key),
      dress: (row, index) => row.setAttribute("aria-rowindex", String(index + 1)),
    });
    this.#element.addEventListener("click", (event) => this.#click(event));
    this.#element.addEventListener("keydown", (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.altKey && this.#key(event.key)) event.preventDefault();
    });
    this.#element.addEventListener("pointermove", (event) => this.#point(event));
    this.#element.addEventListener("pointerleave", () => options.axis.setCursor(undefined));
    new ResizeObserver(() => this.#drawTimes()).observe(this.#element);
  }

  get isZoomed(): boolean {
    return this.#zoom !== undefined;
  }

  /** Another trace, or the same with other spans. */
  show(trace: Trace): void {
    const isAnother = trace.id !== this.#traceId;
    this.#traceId = trace.id;
    if (isAnother) {
      this.#outline = new Outline();
      this.#rows.select(undefined);
      this.#zoom = undefined;
      this.#element.scrollTop = 0;
    }
    this.#outline.setSpans(trace.spans);
    const { startedAtMs: minMs = 0, endedAtMs: maxMs = 1 } = trace.summary ?? {};
    this.#whole = { minMs, maxMs: Math.max(maxMs, minMs + RANGE_MIN_MS) };
    this.#draw(!isAnother);
  }

  /** Shows the time of one span; undefined: the whole trace again. */
  zoom(span: LiveSpan | undefined): void {
    this.#zoom = span && {
      minMs: span.startedAtMs,
      maxMs: Math.max(span.endedAtMs, span.startedAtMs + RANGE_MIN_MS),
    };
    this.#draw(true);
  }

  expandAll(): void {
    this.#outline.expandAll();
    this.#draw(true);
  }

  collapseAll(): void {
    this.#outline.collapseAll();
    this.#draw(true);
  }

  /** Selects the next span that failed, and after the last one the first. */
  goToNextError(): void {
    const key = this.#outline.nextError(this.#rows.selected);
    this.#draw(true);
    if (key !== undefined) this.#select(key);
  }

  focus(): void {
    this.#element.focus();
  }

  #draw(isAnchored: boolean): void {
    const { keys } = this.#outline;
    this.#element.setAttribute("aria-rowcount", String(keys.length));
    this.#rows.set(keys, { isRemade: true, isAnchored });
    this.#rows.draw();
    this.#drawTimes();
  }

  #drawTimes(): void {
    const { minMs, maxMs } = this.#range;
    // The rows are narrower by their scroll bar.
    this.#times.style.paddingRight = `${this.#element.offsetWidth - this.#element.clientWidth}px`;
    const labels = Array.from({ length: PARTS }, (_, part) => {
      const atMs = minMs + ((maxMs - minMs) * part) / PARTS - this.#whole.minMs;
      return el("span", {}, part === 0 && atMs === 0 ? "0" : exactDurationText(atMs));
    });
    this.#times.replaceChildren(el("span", { class: "of-names" }, "Span"), el("div", {}, ...labels));
  }

  get #range(): TimeRange {
    return this.#zoom ?? this.#whole;
  }

  #row(key: string): HTMLElement {
    const node = this.#outline.node(key);
    if (node === undefined) return el("div", { class: "span-row" });
    return spanRow(node, this.#outline.isCollapsed(key), this.#range);
  }

  #click({ target }: MouseEvent): void {
    const key = this.#rows.keyAt(target);
    if (key === undefined) return;
    const isFold = target instanceof Element && target.closest(".twisty") !== null;
    if (isFold && this.#outline.hasChildren(key)) this.#toggle(key);
    else this.#select(key);
  }

  /** False for a key that means nothing here. */
  #key(pressed: string): boolean {
    const { keys, selected } = this.#rows;
    const next = moveOf(pressed, keys, selected);
    if (next !== undefined) this.#select(next);
    else if (pressed === "Escape") this.#select(undefined);
    else if (selected === undefined) return false;
    else if (pressed === "Enter" || pressed === " ") this.#toggle(selected);
    else if (pressed === "ArrowRight") this.#goIn(selected);
    else if (pressed === "ArrowLeft") this.#goOut(selected);
    else return false;
    return true;
  }

  #goIn(key: string): void {
    if (this.#outline.isCollapsed(key)) this.#toggle(key);
    else if (this.#outline.hasChildren(key)) this.#select(this.#rows.keys[this.#rows.keys.indexOf(key) + 1]);
  }

  #goOut(key: string): void {
    if (this.#outline.hasChildren(key) && !this.#outline.isCollapsed(key)) this.#toggle(key);
    else this.#select(this.#outline.parentOf(key) ?? key);
  }

  #toggle(key: string): void {
    this.#outline.toggle(key);
    this.#draw(true);
  }

  #select(key: string | undefined): void {
    this.#rows.select(key);
    if (key !== undefined) this.#rows.reveal(this.#rows.keys.indexOf(key));
    this.#rows.draw();
    this.#options.onSpan(this.#outline.node(key)?.span);
  }

  /** The cursor of the page stands where the pointer is, in the time of the bars. */
  #point({ target, clientX }: PointerEvent): void {
    const bar = target instanceof Element ? target.closest(".span-row")?.querySelector(".span-bar") : undefined;
    const { left = 0, width = 0 } = bar?.getBoundingClientRect() ?? {};
    const share = (clientX - left) / width;
    const { minMs, maxMs } = this.#range;
    this.#options.axis.setCursor(share >= 0 && share <= 1 ? minMs + share * (maxMs - minMs) : undefined);
  }
}
