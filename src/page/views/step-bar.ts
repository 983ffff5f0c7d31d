import type { LiveJob, LiveStep } from "../../live/live-data.ts";
import { clockText, durationText } from "../../lib/quantities.ts";
import type { TimeRange } from "../time/time-axis.ts";
import { el, setText } from "./dom.ts";
import { resultOf } from "../../live/results.ts";

interface What {
  readonly key: string;
  readonly name: string;
  readonly one: LiveStep | LiveJob;
  readonly isJob: boolean;
}

export interface Bar extends What {
  readonly row: HTMLElement;
  readonly button: HTMLButtonElement;
  readonly fill: HTMLElement;
  readonly label: HTMLElement;
  readonly time: HTMLElement;
}

/** A bar that is always seen and can be hit. */
const BAR_MIN_PX = 3;
/** A name is cut here; the whole one is in the tip. */
const NAME_MAX_CHARS = 80;
const SOURCES = { runner: "the runner's log", mark: "a mark of the job", hook: "the runner's hook" } as const;
const BAR_PADDING_PX = 14;

/** A row of the timeline: a button as wide as the row, in it the bar, its name and how long it took. */
export function makeBar(what: What, onClick: () => void): Bar {
  const result = resultOf(what.one);
  const fill = el("span", { class: `fill result-${result.name}` });
  const time = el("span", { class: "took" });
  const name = what.name.length > NAME_MAX_CHARS ? `${what.name.slice(0, NAME_MAX_CHARS)}…` : what.name;
  const label = el(
    "span",
    { class: "label" },
    el("span", { class: `sign sign-${result.name}`, attributes: { "aria-hidden": "true" } }, result.sign),
    el("bdi", {}, name),
    el("span", { class: "visually-hidden" }, `, ${result.word}, `),
    time,
  );
  const button = el(
    "button",
    { class: what.isJob ? "bar job" : "bar", attributes: { type: "button", "data-bar": what.key }, onClick },
    fill,
    label,
  );
  if (!what.isJob) button.setAttribute("aria-pressed", "false");
  return { ...what, row: el("li", {}, button), button, fill, label, time };
}

/** Puts the bar where its time is. The label is in the bar if it fits, else beside it, where there is more room. */
export function placeBar(
  { row, button, fill, label, time, one, name, isJob }: Bar,
  range: TimeRange,
  nowMs: number,
  widthPx: number,
): void {
  const endMs = one.endedAtMs ?? Math.max(nowMs, one.startedAtMs);
  row.hidden = endMs < range.minMs || one.startedAtMs > range.maxMs;
  if (row.hidden) return;
  const took = durationText(endMs - one.startedAtMs);
  setText(time, took);
  button.title = `${name}\n${resultOf(one).word}, ${clockText(one.startedAtMs)} to ${one.endedAtMs === undefined ? "now" : clockText(endMs)}, ${took}\ntold by ${SOURCES[one.source]}`;
  const scale = widthPx / (range.maxMs - range.minMs);
  const left = Math.max(0, (one.startedAtMs - range.minMs) * scale);
  const right = Math.min(widthPx, (endMs - range.minMs) * scale);
  const width = Math.min(widthPx - left, Math.max(BAR_MIN_PX, right - left));
  fill.style.left = `${left}px`;
  fill.style.width = `${width}px`;
  fill.classList.toggle("is-cut-left", one.startedAtMs < range.minMs);
  fill.classList.toggle("is-cut-right", endMs > range.maxMs);
  const needed = textWidth(`${name} ${took}`, isJob) + 26 + BAR_PADDING_PX;
  const after = widthPx - left - width;
  const isInside = needed <= width || (needed > after && needed > left && width >= Math.max(after, left));
  const isBefore = !isInside && after < needed && left > after;
  const room = isInside ? width : isBefore ? left : after;
  // The name says more than how long it took, which the tip says, too.
  label.classList.toggle("is-tight", needed > room);
  label.classList.toggle("is-inside", isInside);
  label.classList.toggle("is-before", isBefore);
  label.style.left = isBefore ? "0" : `${isInside ? left : left + width}px`;
  label.style.right = isBefore ? `${widthPx - left}px` : isInside ? `${widthPx - left - width}px` : "0";
}

const measure = document.createElement("canvas").getContext("2d");
const widths = new Map<string, number>();
/** Names of steps that come and go, as with very many jobs. */
const WIDTHS_MAX = 2000;

function textWidth(text: string, isBold: boolean): number {
  const known = widths.get(text);
  if (known !== undefined) return known;
  if (widths.size > WIDTHS_MAX) widths.clear();
  if (measure === null) return text.length * 7;
  measure.font = `${isBold ? "600 " : ""}12.5px system-ui, sans-serif`;
  const { width } = measure.measureText(text);
  widths.set(text, width);
  return width;
}
