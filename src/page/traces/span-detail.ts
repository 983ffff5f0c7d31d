import type { LiveSpan } from "../../live/live-data.ts";
import { shown, shownInLine } from "../text/ansi.ts";
import { dayText, exactClockText, exactDurationText } from "../../lib/quantities.ts";
import { el } from "../views/dom.ts";
import { spanName } from "./traces-words.ts";

/** The agent sends fewer and shorter ones; a report may be anybody's. */
const ATTRIBUTES_MAX = 64;
const KEY_MAX_CHARS = 256;
const VALUE_MAX_CHARS = 4096;
const ID_MAX_CHARS = 64;

export interface SpanActions {
  readonly zoom: () => void;
  readonly goToLog: () => void;
  readonly close: () => void;
}

/** All of one span. `traceStartMs`: where its trace begins. */
export function spanDetail(span: LiveSpan, traceStartMs: number, { zoom, goToLog, close }: SpanActions): Node[] {
  const { name, service, startedAtMs, endedAtMs, isError, attributes, spanId, parentSpanId } = span;
  const facts = [
    ...(service === undefined ? [] : [shownInLine(service, KEY_MAX_CHARS)]),
    `${exactDurationText(endedAtMs - startedAtMs)} from ${dayText(startedAtMs)} ${exactClockText(startedAtMs)}`,
    `${exactDurationText(startedAtMs - traceStartMs)} after the beginning of the trace`,
    `span ${shownInLine(spanId, ID_MAX_CHARS)}`,
    parentSpanId === undefined ? "no parent" : `parent ${shownInLine(parentSpanId, ID_MAX_CHARS)}`,
  ];
  const rows = Object.entries(attributes)
    .slice(0, ATTRIBUTES_MAX)
    .map(([key, value]) =>
      el(
        "div",
        {},
        el("dt", {}, el("bdi", {}, shownInLine(key, KEY_MAX_CHARS))),
        el("dd", {}, el("bdi", { attributes: { dir: "ltr" } }, shown(value.slice(0, VALUE_MAX_CHARS)))),
      ),
    );
  return [
    el(
      "header",
      {},
      isError ? el("span", { class: "badge result-badge-failure" }, "✗ error") : undefined,
      el("bdi", { class: "name" }, spanName(name)),
      el(
        "div",
        { class: "actions" },
        button("Zoom to it", zoom),
        button("Log lines of that time", goToLog),
        button("Close", close),
      ),
    ),
    el("p", { class: "facts" }, ...facts.map((fact) => el("bdi", {}, fact))),
    rows.length === 0
      ? el("p", { class: "quiet" }, "It has no attributes.")
      : el(
          "div",
          { class: "attributes", attributes: { tabindex: 0, role: "region", "aria-label": "Attributes" } },
          el("dl", {}, ...rows),
        ),
  ];
}

function button(text: string, onClick: () => void): HTMLElement {
  return el("button", { attributes: { type: "button" }, onClick }, text);
}
