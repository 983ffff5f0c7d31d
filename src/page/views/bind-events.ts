import type { RunData } from "../data/run-data.ts";
import { shown } from "../text/ansi.ts";
import { byId, el, onceAFrame } from "./dom.ts";
import { eventName } from "./event-text.ts";
import type { Selection } from "./selection.ts";

/** The newest; the others are counted. */
const SHOWN_MAX = 50;
const TEXT_MAX_CHARS = 400;

/** The events as a list, the newest first. */
export function bindEvents(data: RunData, selection: Selection): void {
  const place = byId("events");
  const draw = (): void => {
    const events = data.state?.events ?? [];
    const items = events
      .slice(-SHOWN_MAX)
      .toReversed()
      .map((event) =>
        el(
          "li",
          {},
          el(
            "button",
            {
              class: `event severity-${event.severity}`,
              attributes: { type: "button" },
              onClick: () => {
                selection.chooseStep(undefined);
                selection.goTo(event.atMs);
              },
            },
            el("time", {}, data.timeText(event.atMs)),
            el("i", { class: "mark-sign", attributes: { "aria-hidden": "true" } }),
            el("span", { class: "event-name" }, eventName(event)),
            el("span", { class: "visually-hidden" }, ` (${event.severity}) `),
            event.text === undefined
              ? undefined
              : el("bdi", { class: "event-text" }, shown(event.text.slice(0, TEXT_MAX_CHARS))),
          ),
        ),
      );
    const more = events.length - items.length;
    if (more > 0) items.push(el("li", { class: "quiet" }, `${more} earlier`));
    if (items.length === 0)
      items.push(
        el(
          "li",
          { class: "quiet" },
          "None. Kills for want of memory, full disks, spot notices and restarts stand here.",
        ),
      );
    place.replaceChildren(...items);
  };
  data.on(["events"], onceAFrame(draw));
}
