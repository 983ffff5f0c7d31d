import type { LiveSpan } from "../../live/live-data.ts";
import type { RunData } from "../data/run-data.ts";
import type { Trace } from "../data/trace.ts";
import { counted, dateText, exactDurationText } from "../../lib/quantities.ts";
import type { TimeAxis } from "../time/time-axis.ts";
import { byId, el, onceAFrame, selectById, setText } from "../views/dom.ts";
import type { Selection } from "../views/selection.ts";
import { spanDetail } from "./span-detail.ts";
import { durationOf, TraceList } from "./trace-list.ts";
import { spansText, traceName, whyNoSpans } from "./traces-words.ts";
import { Waterfall } from "./waterfall.ts";

/** What stands first. */
const ORDERS: Readonly<Record<string, (trace: Trace) => number>> = {
  newest: ({ summary }) => summary?.startedAtMs ?? 0,
  longest: durationOf,
  errors: ({ summary }) => summary?.errors ?? 0,
};

/** The traces: a list of them, one as a waterfall, and one of its spans in full. */
export class TracesView {
  readonly #data: RunData;
  readonly #axis: TimeAxis;
  readonly #selection: Selection;
  readonly #list: TraceList;
  readonly #waterfall: Waterfall;
  readonly #order = selectById("traces-order");
  readonly #detail = byId("span-detail");
  readonly #whole = byId("trace-whole");
  readonly #nextError = byId("trace-error");
  #chosenId: string | undefined;
  /** Of the trace as it is drawn. */
  #drawn = "";

  constructor(data: RunData, axis: TimeAxis, selection: Selection) {
    this.#data = data;
    this.#axis = axis;
    this.#selection = selection;
    this.#list = new TraceList(data, (id) => this.#choose(id));
    this.#waterfall = new Waterfall({ axis, onSpan: (span) => this.#chooseSpan(span) });
  }

  /** Draws after each change. */
  start(): void {
    this.#data.on(
      ["spans", "jobs", "health"],
      onceAFrame(() => this.#draw(false)),
    );
    this.#order.addEventListener("change", () => this.#draw(true));
    byId("trace-collapse").addEventListener("click", () => this.#waterfall.collapseAll());
    byId("trace-expand").addEventListener("click", () => this.#waterfall.expandAll());
    this.#nextError.addEventListener("click", () => this.#waterfall.goToNextError());
    this.#whole.addEventListener("click", () => this.#zoom(undefined));
  }

  #draw(isAnew: boolean): void {
    const { spans, state } = this.#data;
    const isEmpty = spans.length === 0;
    byId("traces-body").hidden = isEmpty;
    this.#order.hidden = isEmpty;
    const empty = byId("traces-empty");
    empty.hidden = !isEmpty || state === undefined;
    setText(empty, isEmpty ? whyNoSpans(this.#data) : "");
    setText(byId("traces-status"), isEmpty ? "" : spansText(spans));
    if (isEmpty) return;
    const first = ORDERS[this.#order.value] ?? durationOf;
    const traces = spans.traces.toSorted((one, other) => first(other) - first(one) || newest(one, other));
    // Newer ones do not push away what somebody looks at.
    if (spans.trace(this.#chosenId) === undefined) {
      this.#chosenId = traces[0]?.id;
      this.#chooseSpan(undefined);
    }
    this.#list.set(traces, this.#chosenId, isAnew);
    this.#drawTrace();
  }

  #choose(id: string): void {
    this.#chosenId = id;
    this.#list.choose(id);
    this.#chooseSpan(undefined);
    this.#drawTrace();
  }

  #drawTrace(): void {
    const trace = this.#data.spans.trace(this.#chosenId);
    if (trace?.summary === undefined) return;
    const { startedAtMs, spans, errors, root } = trace.summary;
    const facts = [
      `${exactDurationText(durationOf(trace))} from ${dateText(startedAtMs)}`,
      counted(spans, "span"),
      ...(errors > 0 ? [counted(errors, "error")] : []),
      ...(root === undefined ? ["without its root"] : []),
    ];
    this.#nextError.hidden = errors === 0;
    setText(byId("trace-title"), traceName(trace, this.#data));
    byId("trace-facts").replaceChildren(...facts.map((fact) => el("span", {}, fact)));
    const drawn = `${trace.id} ${trace.version}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#waterfall.show(trace);
    this.#whole.hidden = !this.#waterfall.isZoomed;
  }

  #zoom(span: LiveSpan | undefined): void {
    this.#waterfall.zoom(span);
    this.#whole.hidden = span === undefined;
    if (span === undefined) this.#axis.reset();
    else this.#axis.zoom(span.startedAtMs, span.endedAtMs);
  }

  /** The charts mark its time. */
  #chooseSpan(span: LiveSpan | undefined): void {
    this.#selection.chooseSpan(span);
    this.#detail.hidden = span === undefined;
    if (span === undefined) return;
    const traceStartMs = this.#data.spans.trace(span.traceId)?.summary?.startedAtMs ?? span.startedAtMs;
    const actions = {
      zoom: () => this.#zoom(span),
      goToLog: () => this.#goToLog(span),
      close: () => {
        this.#chooseSpan(undefined);
        this.#waterfall.focus();
      },
    };
    this.#detail.replaceChildren(...spanDetail(span, traceStartMs, actions));
  }

  /** All lines of that time: a span says not whose they are. */
  #goToLog(span: LiveSpan): void {
    if (this.#selection.step !== undefined) this.#selection.chooseStep(undefined);
    this.#selection.goTo(span.startedAtMs);
  }
}

function newest(one: Trace, other: Trace): number {
  return (other.summary?.startedAtMs ?? 0) - (one.summary?.startedAtMs ?? 0);
}
