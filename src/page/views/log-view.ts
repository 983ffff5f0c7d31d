import { type LogFilter, NO_FILTER } from "../data/log-store.ts";
import type { RunData } from "../data/run-data.ts";
import { byId, el, onceAFrame, setText } from "./dom.ts";
import { LogFilters } from "./log-filters.ts";
import { LogList } from "./log-list.ts";
import { logDetail, logRow } from "./log-row.ts";
import { linesText, whyNoLines } from "./log-words.ts";
import { rowsOf } from "./moves.ts";
import type { Selection } from "./selection.ts";

/** Rows before the one that was jumped to. */
const CONTEXT_ROWS = 3;

/** The tail of the log. */
export class LogView {
  readonly #data: RunData;
  readonly #filters: LogFilters;
  readonly #selection: Selection;
  readonly #list: LogList;
  readonly #status = byId("log-status");
  readonly #pause = byId("log-pause");
  readonly #end = byId("log-end");
  readonly #empty = byId("log-empty");
  readonly #detail = byId("log-detail");
  #filter: LogFilter = NO_FILTER;
  #numbers: number[] = [];
  /** Up to this number the records are in the list, as far as they pass. */
  #endNumber = 0;
  #isPaused = false;
  #steps = new Map<string, string>();

  constructor(data: RunData, selection: Selection) {
    this.#data = data;
    this.#list = new LogList((number) => this.#row(number));
    this.#filters = new LogFilters(data, selection, () => this.#filterAnew());
    this.#selection = selection;
  }

  /** Draws after each change. */
  start(): void {
    const data = this.#data;
    data.on(
      ["logs", "health"],
      onceAFrame(() => this.#addNew()),
    );
    data.on(["jobs"], () => {
      this.#steps = new Map(data.state?.jobs.flatMap(({ steps }) => steps).map(({ id, name }) => [id, name]));
    });
    this.#selection.onMoment((ms) => this.#goTo(ms));
    this.#list.onScroll(() => this.#drawButtons());
    this.#list.element.addEventListener("keydown", (event) => this.#key(event));
    this.#list.element.addEventListener("click", ({ target }) => {
      const number = this.#list.numberAt(target);
      if (number === undefined || getSelection()?.isCollapsed === false) return;
      this.#list.selectNumber(number);
      this.#openDetail();
    });
    this.#pause.addEventListener("click", () => this.#setPaused(!this.#isPaused));
    this.#end.addEventListener("click", () => {
      this.#setPaused(false);
      this.#list.toEnd();
    });
  }

  #row(number: number): HTMLElement {
    const record = this.#data.logs.record(number);
    if (record === undefined) return el("div", { class: "row", attributes: { role: "option" } }, "…");
    const step = record.stepId === undefined ? undefined : this.#steps.get(record.stepId);
    return logRow(record, step, this.#data.isReport);
  }

  #addNew(): void {
    const { logs } = this.#data;
    const gone = this.#numbers.findIndex((number) => number >= logs.firstNumber);
    const isShort = gone !== 0 && this.#numbers.length > 0;
    if (isShort) this.#numbers = gone < 0 ? [] : this.#numbers.slice(gone);
    if (!this.#isPaused && this.#endNumber < logs.endNumber) {
      for (const number of logs.matching(this.#filter, this.#endNumber)) this.#numbers.push(number);
      this.#endNumber = logs.endNumber;
      this.#list.setNumbers(this.#numbers, false);
    } else if (isShort) this.#list.setNumbers(this.#numbers, false);
    this.#drawStatus();
  }

  #filterAnew(): void {
    const { logs } = this.#data;
    this.#filter = this.#filters.filter;
    this.#numbers = logs.matching(this.#filter);
    this.#endNumber = logs.endNumber;
    this.#list.setNumbers(this.#numbers, true);
    this.#drawStatus();
  }

  #goTo(ms: number): void {
    const { logs } = this.#data;
    const at = this.#numbers.findIndex((number) => (logs.record(number)?.atMs ?? 0) >= ms);
    this.#list.select(at < 0 ? this.#numbers.length - 1 : at, CONTEXT_ROWS);
    byId("log").scrollIntoView({ block: "nearest" });
    this.#list.element.focus({ preventScroll: true });
    this.#drawButtons();
  }

  #setPaused(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#pause.setAttribute("aria-pressed", String(isPaused));
    this.#addNew();
  }

  #key(event: KeyboardEvent): void {
    const by = rowsOf(event.key);
    if (by !== undefined) this.#list.move(by);
    else if (event.key === "Enter") this.#openDetail();
    else if (event.key === "Escape") this.#closeDetail();
    else return;
    event.preventDefault();
  }

  #openDetail(): void {
    const number = this.#list.selected;
    const record = number === undefined ? undefined : this.#data.logs.record(number);
    if (record === undefined) return;
    const close = el("button", { attributes: { type: "button" }, onClick: () => this.#closeDetail() }, "Close");
    const step = record.stepId === undefined ? undefined : this.#steps.get(record.stepId);
    this.#detail.replaceChildren(...logDetail(record, step), close);
    this.#detail.hidden = false;
  }

  #closeDetail(): void {
    this.#detail.hidden = true;
    this.#list.element.focus();
  }

  #drawStatus(): void {
    const { logs, state } = this.#data;
    const waiting = logs.endNumber - this.#endNumber;
    setText(this.#status, linesText(logs, this.#numbers.length, waiting, this.#isPaused));
    const isEmpty = this.#numbers.length === 0;
    this.#list.element.hidden = isEmpty;
    this.#empty.hidden = !isEmpty || state === undefined;
    if (isEmpty) this.#drawEmpty();
    this.#drawButtons();
  }

  #drawEmpty(): void {
    if (this.#data.logs.length > 0) {
      const onClick = (): void => this.#filters.clear();
      const button = el("button", { attributes: { type: "button" }, onClick }, "Show all lines");
      this.#empty.replaceChildren(el("p", {}, "No line passes the filter. "), button);
      return;
    }
    const why = whyNoLines(this.#data);
    if (this.#empty.textContent !== why) this.#empty.replaceChildren(el("p", {}, why));
  }

  #drawButtons(): void {
    this.#end.hidden = (this.#list.follows && !this.#isPaused) || this.#numbers.length === 0;
  }
}
