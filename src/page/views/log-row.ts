import type { LiveLog } from "../../live/live-data.ts";
import { ansiRuns, shown, shownInLine } from "../text/ansi.ts";
import { clockText, dayText, exactClockText } from "../../lib/quantities.ts";
import { el } from "./dom.ts";
import { severityOf } from "./severity.ts";

/** A row is one line on a screen; the whole text is in the details below the list. */
const ROW_MAX_CHARS = 1000;
/** The agent sends 16 KiB at most. */
const DETAIL_MAX_CHARS = 64 * 1024;
const STEP_MAX_CHARS = 40;

/** One record as a row. `hasDate`: with the day, where there is room. */
export function logRow(record: LiveLog, stepName: string | undefined, hasDate: boolean): HTMLElement {
  const severity = severityOf(record.severity);
  const end = record.text.indexOf("\n");
  const line = end < 0 ? record.text : record.text.slice(0, end);
  const more = end < 0 || end === record.text.length - 1 ? "" : " ⏎ …";
  return el(
    "div",
    { class: `row severity-${severity.name}`, attributes: { role: "option" } },
    el(
      "time",
      {},
      hasDate ? el("span", { class: "date" }, `${dayText(record.atMs)} `) : undefined,
      clockText(record.atMs),
    ),
    el("span", { class: "severity" }, severity.word),
    el("bdi", { class: "step" }, stepName === undefined ? "" : shownInLine(stepName, STEP_MAX_CHARS)),
    coloured(line, ROW_MAX_CHARS, more),
  );
}

/** All of one record. */
export function logDetail(record: LiveLog, stepName: string | undefined): Node[] {
  const severity = severityOf(record.severity);
  const facts = [
    `${dayText(record.atMs)} ${exactClockText(record.atMs)}`,
    record.stream,
    severity.word === "" ? "no severity" : severity.word,
    ...(stepName === undefined ? [] : [shown(stepName)]),
  ];
  return [
    el("p", { class: "facts" }, ...facts.map((fact) => el("bdi", {}, fact))),
    el(
      "pre",
      { attributes: { tabindex: 0, role: "region", "aria-label": "Text of the line" } },
      coloured(record.text, DETAIL_MAX_CHARS, ""),
    ),
  ];
}

function coloured(text: string, maxChars: number, more: string): HTMLElement {
  const runs = ansiRuns(text.slice(0, maxChars));
  const pieces = runs.map(({ text: piece, style }) => (style === "" ? piece : el("span", { class: style }, piece)));
  return el("bdi", { class: "text", attributes: { dir: "ltr" } }, ...pieces, text.length > maxChars ? " …" : more);
}
