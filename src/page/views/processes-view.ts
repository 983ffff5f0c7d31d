import type { LiveProcesses } from "../../live/live-data.ts";
import type { RunData } from "../data/run-data.ts";
import { shown, shownInLine } from "../text/ansi.ts";
import { bytesText, clockText } from "../../lib/quantities.ts";
import type { TimeAxis } from "../time/time-axis.ts";
import { byId, el, onceAFrame, setText } from "./dom.ts";

const SHOWN_MAX = 10;
const NAME_MAX_CHARS = 60;
/** They come every two seconds at most. Further away they say nothing of the moment. */
const NEAR_MS = 5000;
/** A report of a long run has room for few moments. */
const NEAR_IN_REPORT_MS = 60_000;

/** Who uses most: at the cursor if that is known, else now. */
export class ProcessesView {
  readonly #data: RunData;
  readonly #axis: TimeAxis;
  readonly #when = byId("processes-when");
  readonly #place = byId("processes");

  constructor(data: RunData, axis: TimeAxis) {
    this.#data = data;
    this.#axis = axis;
  }

  /** Draws after each change. */
  start(): void {
    const draw = onceAFrame(() => this.#draw());
    this.#data.on(["processes"], draw);
    this.#axis.onCursor(draw);
  }

  #draw(): void {
    const { cursorMs } = this.#axis;
    const { processes, state, isReport } = this.#data;
    const then = cursorMs === undefined ? undefined : processes.at(cursorMs, isReport ? NEAR_IN_REPORT_MS : NEAR_MS);
    const seen = then ?? processes.latest;
    if (seen === undefined) {
      setText(this.#when, "");
      const isLeftOut = state?.maySeeTexts === false;
      const why = isLeftOut
        ? "Left out: you are another user of this machine."
        : "None yet. They are listed while a job runs on Linux.";
      this.#place.replaceChildren(el("p", { class: "quiet" }, why));
      return;
    }
    const isOfThen = then !== undefined && cursorMs !== undefined;
    // What is not known leaves the list as it is: a panel that jumps under the pointer helps nobody.
    const newest = isReport ? `at ${clockText(seen.atMs)}` : "now";
    const now = cursorMs === undefined ? newest : `${newest}; not known at ${clockText(cursorMs)}`;
    setText(this.#when, isOfThen ? `at ${clockText(seen.atMs)}` : now);
    this.#place.replaceChildren(this.#table(seen));
  }

  #table({ list }: LiveProcesses): HTMLTableElement {
    const most = Math.max(1, ...list.map(({ cpuCores }) => cpuCores));
    const steps = new Map(this.#data.state?.jobs.flatMap(({ steps: all }) => all).map(({ id, name }) => [id, name]));
    const rows = list.slice(0, SHOWN_MAX).map(({ pid, name, cpuCores, memoryBytes, stepId }) => {
      const share = el("i", { class: "share", attributes: { "aria-hidden": "true" } });
      share.style.width = `${(cpuCores / most) * 100}%`;
      const step = stepId === undefined ? undefined : steps.get(stepId);
      return el(
        "tr",
        {},
        el(
          "th",
          { attributes: { scope: "row", title: `${shown(name)} (${pid})` } },
          el("bdi", {}, shownInLine(name, NAME_MAX_CHARS)),
          el("span", { class: "pid" }, String(pid)),
          step === undefined ? undefined : el("bdi", { class: "of-step" }, shownInLine(step, NAME_MAX_CHARS)),
        ),
        el("td", { class: "number" }, cpuCores.toFixed(2), share),
        el("td", { class: "number" }, bytesText(memoryBytes)),
      );
    });
    const head = ["Process", "Cores", "Memory"].map((text) => el("th", { attributes: { scope: "col" } }, text));
    return el("table", {}, el("thead", {}, el("tr", {}, ...head)), el("tbody", {}, ...rows));
  }
}
