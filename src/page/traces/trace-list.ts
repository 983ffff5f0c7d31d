import type { RunData } from "../data/run-data.ts";
import type { Trace } from "../data/trace.ts";
import { counted, exactDurationText } from "../../lib/quantities.ts";
import { shownInLine } from "../text/ansi.ts";
import { byId, el } from "../views/dom.ts";
import { moveOf } from "../views/moves.ts";
import { RowWindow } from "../views/row-window.ts";
import { traceName } from "./traces-words.ts";

/** As `--trace-row` in traces.css. */
const ROW_PX = 46;
const SERVICE_MAX_CHARS = 60;

/** The traces, each in a row. One of them is chosen. */
export class TraceList {
  readonly #element = byId("trace-list");
  readonly #rows: RowWindow<string>;
  readonly #data: RunData;
  readonly #onChoose: (id: string) => void;
  #traces = new Map<string, Trace>();
  #longestMs = 1;

  constructor(data: RunData, onChoose: (id: string) => void) {
    this.#data = data;
    this.#onChoose = onChoose;
    this.#rows = new RowWindow({
      element: this.#element,
      rowPx: ROW_PX,
      makeRow: (id) => this.#row(id),
      dress: (row, index, count) => {
        row.setAttribute("aria-posinset", String(index + 1));
        row.setAttribute("aria-setsize", String(count));
      },
    });
    this.#element.addEventListener("click", ({ target }) => {
      const id = this.#rows.keyAt(target);
      if (id !== undefined) this.#onChoose(id);
    });
    this.#element.addEventListener("keydown", (event) => {
      const { keys, selected } = this.#rows;
      const id = moveOf(event.key, keys, selected);
      if (id === undefined) return;
      event.preventDefault();
      this.#onChoose(id);
      this.#rows.reveal(keys.indexOf(id));
    });
  }

  /** In this order; `chosen` is one of them. `isAnew`: the order is another one. */
  set(traces: readonly Trace[], chosen: string | undefined, isAnew: boolean): void {
    this.#traces = new Map(traces.map((trace) => [trace.id, trace]));
    this.#longestMs = traces.reduce((most, trace) => Math.max(most, durationOf(trace)), 0.001);
    this.#rows.set([...this.#traces.keys()], { isRemade: true, isAnchored: !isAnew });
    if (isAnew) this.#element.scrollTop = 0;
    this.choose(chosen);
  }

  choose(id: string | undefined): void {
    this.#rows.select(id);
    this.#rows.draw();
  }

  #row(id: string): HTMLElement {
    const trace = this.#traces.get(id);
    const summary = trace?.summary;
    if (trace === undefined || summary === undefined) return el("div", { class: "trace-row" });
    const { first, startedAtMs, spans, errors } = summary;
    const share = el("i", { class: "trace-share", attributes: { "aria-hidden": "true" } });
    share.style.width = `${(durationOf(trace) / this.#longestMs) * 100}%`;
    const facts = [this.#data.timeText(startedAtMs), counted(spans, "span")];
    return el(
      "div",
      { class: errors > 0 ? "trace-row has-errors" : "trace-row", attributes: { role: "option" } },
      el("span", { class: "sign sign-error", attributes: { "aria-hidden": "true" } }, errors > 0 ? "✗" : ""),
      el("bdi", { class: "trace-name" }, traceName(trace, this.#data)),
      el("span", { class: "trace-took" }, exactDurationText(durationOf(trace))),
      el(
        "span",
        { class: "trace-facts" },
        errors > 0 ? el("span", { class: "is-bad" }, counted(errors, "error")) : undefined,
        ...facts.map((fact) => el("span", {}, fact)),
        first.service === undefined ? undefined : el("bdi", {}, shownInLine(first.service, SERVICE_MAX_CHARS)),
      ),
      share,
    );
  }
}

/** In ms. */
export function durationOf({ summary }: Trace): number {
  return summary === undefined ? 0 : summary.endedAtMs - summary.startedAtMs;
}
