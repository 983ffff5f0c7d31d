import type { LiveEvent } from "../../live/live-data.ts";
import { clockText } from "../../lib/quantities.ts";
import type { TimeAxis } from "../time/time-axis.ts";
import { el } from "./dom.ts";
import { eventText } from "./event-text.ts";
import type { Selection } from "./selection.ts";

/** More would cover the axis; the list of the events has all that the agent tells. */
const MARKS_MAX = 200;

/** The events as marks on the time axis. */
export class EventMarks {
  readonly element = el("div", {
    class: "marks",
    attributes: { role: "group", "aria-label": "Events on the time axis" },
  });
  readonly #axis: TimeAxis;
  readonly #selection: Selection;
  #marks: { readonly atMs: number; readonly button: HTMLButtonElement }[] = [];

  constructor(axis: TimeAxis, selection: Selection) {
    this.#axis = axis;
    this.#selection = selection;
  }

  set(events: readonly LiveEvent[]): void {
    this.#marks = events.slice(-MARKS_MAX).map((event) => {
      const text = `${clockText(event.atMs)} ${eventText(event)}`;
      const button = el("button", {
        class: `mark severity-${event.severity}`,
        attributes: { type: "button", "aria-label": text, title: text },
        onClick: () => {
          this.#selection.chooseStep(undefined);
          this.#selection.goTo(event.atMs);
        },
      });
      return { atMs: event.atMs, button };
    });
    this.element.replaceChildren(...this.#marks.map(({ button }) => button));
    this.place();
  }

  place(): void {
    const { minMs, maxMs } = this.#axis.range;
    for (const { atMs, button } of this.#marks) {
      button.hidden = atMs < minMs || atMs > maxMs;
      button.style.left = `${((atMs - minMs) / (maxMs - minMs)) * 100}%`;
    }
  }
}
