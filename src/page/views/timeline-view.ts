import type { LiveJob, LiveStep } from "../../live/live-data.ts";
import type { RunData } from "../data/run-data.ts";
import { shown } from "../text/ansi.ts";
import type { TimeAxis } from "../time/time-axis.ts";
import { tickText, timeTicks } from "../time/time-ticks.ts";
import { byId, el, onceAFrame } from "./dom.ts";
import { EventMarks } from "./event-marks.ts";
import { jobTitle } from "./job-title.ts";
import { type Bar, makeBar, placeBar } from "./step-bar.ts";
import type { Selection } from "./selection.ts";

/** Older ones are counted, not drawn. */
const JOBS_MAX = 5;

/** The jobs and their steps as bars over the time axis of the charts. */
export class TimelineView {
  readonly #data: RunData;
  readonly #axis: TimeAxis;
  readonly #selection: Selection;
  readonly #plot = byId("timeline");
  readonly #empty = byId("timeline-empty");
  readonly #title = byId("job-title");
  readonly #rows = el("ol", { class: "rows", attributes: { "aria-label": "Jobs and steps" } });
  readonly #times = el("div", { class: "times", attributes: { "aria-hidden": "true" } });
  readonly #cursor = el("div", { class: "cursor", attributes: { "aria-hidden": "true" } });
  readonly #more = el("p", { class: "more" }, "Scroll the bars for more.");
  readonly #marks: EventMarks;
  #bars: Bar[] = [];

  constructor(data: RunData, axis: TimeAxis, selection: Selection) {
    this.#data = data;
    this.#axis = axis;
    this.#selection = selection;
    this.#marks = new EventMarks(axis, selection);
  }

  /** Draws, now and after each change. */
  start(): void {
    const axis = this.#axis;
    const data = this.#data;
    this.#plot.append(this.#times, this.#marks.element, this.#rows, this.#more, this.#cursor);
    const draw = onceAFrame(() => this.#draw());
    const place = onceAFrame(() => this.#place());
    data.on(["jobs"], draw);
    data.on(["events"], () => {
      this.#marks.set(data.state?.events ?? []);
      this.#show();
    });
    axis.onRange(place);
    axis.onCursor(onceAFrame(() => this.#placeCursor()));
    this.#selection.onStep(() => this.#markChosen());
    new ResizeObserver(place).observe(this.#plot);
    this.#plot.addEventListener("pointermove", (event) => {
      const { left, width } = this.#rows.getBoundingClientRect();
      const share = (event.clientX - left) / width;
      const { minMs, maxMs } = axis.range;
      axis.setCursor(share < 0 || share > 1 ? undefined : minMs + share * (maxMs - minMs));
    });
    this.#plot.addEventListener("pointerleave", () => axis.setCursor(undefined));
  }

  #draw(): void {
    const { state } = this.#data;
    const jobs = state?.jobs ?? [];
    this.#show();
    this.#empty.hidden = jobs.length > 0 || state === undefined;
    const job = jobs.at(-1);
    this.#title.replaceChildren(...(job === undefined ? [] : jobTitle(job)));
    const drawn = jobs.slice(-JOBS_MAX);
    const focused = document.activeElement?.getAttribute("data-bar");
    const earlier = jobs.length - drawn.length;
    this.#bars = drawn.flatMap((one) => [
      this.#bar(one, one, true),
      ...one.steps.map((step) => this.#bar(step, one, false)),
    ]);
    // Somebody who has scrolled up is not pulled down.
    const isAtEnd = this.#rows.scrollTop + this.#rows.clientHeight >= this.#rows.scrollHeight - 4;
    this.#rows.replaceChildren(...this.#bars.map(({ row }) => row));
    if (earlier > 0) this.#rows.prepend(el("li", { class: "earlier" }, `${earlier} earlier jobs are not drawn`));
    this.#place();
    if (isAtEnd) this.#rows.scrollTop = this.#rows.scrollHeight;
    this.#markChosen();
    if (focused !== null && focused !== undefined) this.#bars.find(({ key }) => key === focused)?.button.focus();
  }

  /** Events have their place on the axis without a job, too. */
  #show(): void {
    const { state } = this.#data;
    this.#plot.hidden = state === undefined || state.jobs.length + state.events.length === 0;
  }

  #bar(one: LiveStep | LiveJob, job: LiveJob, isJob: boolean): Bar {
    const key = "id" in one ? `${job.traceId} ${one.id}` : job.traceId;
    return makeBar({ key, name: shown(one.name).replaceAll("\n", " "), one, isJob }, () => {
      if ("id" in one) this.#selection.chooseStep(this.#selection.step?.id === one.id ? undefined : one);
      else this.#selection.chooseStep(undefined);
      if (this.#selection.step !== undefined || !("id" in one)) this.#selection.goTo(one.startedAtMs);
    });
  }

  #place(): void {
    const { range } = this.#axis;
    const width = this.#rows.clientWidth;
    const nowMs = this.#axis.whole.maxMs;
    for (const bar of this.#bars) placeBar(bar, range, nowMs, width);
    this.#marks.place();
    this.#more.hidden = this.#rows.scrollHeight <= this.#rows.clientHeight;
    const ticks = timeTicks(range.minMs, range.maxMs, width);
    this.#times.replaceChildren(
      ...ticks.map((tick) => {
        const label = el("span", {}, tickText(tick, ticks));
        label.style.left = `${((tick - range.minMs) / (range.maxMs - range.minMs)) * 100}%`;
        return label;
      }),
    );
    this.#placeCursor();
  }

  #placeCursor(): void {
    const { cursorMs, range } = this.#axis;
    this.#cursor.hidden = cursorMs === undefined || cursorMs < range.minMs || cursorMs > range.maxMs;
    if (cursorMs === undefined) return;
    const share = (cursorMs - range.minMs) / (range.maxMs - range.minMs);
    this.#cursor.style.left = `${this.#rows.offsetLeft + share * this.#rows.clientWidth}px`;
  }

  #markChosen(): void {
    const chosen = this.#selection.step?.id;
    for (const { button, one } of this.#bars) {
      if ("id" in one) button.setAttribute("aria-pressed", String(one.id === chosen));
    }
  }
}
