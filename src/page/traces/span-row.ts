import { shownInLine } from "../text/ansi.ts";
import { exactDurationText } from "../../lib/quantities.ts";
import type { TimeRange } from "../time/time-axis.ts";
import { el } from "../views/dom.ts";
import type { SpanNode } from "./span-tree.ts";
import { spanName } from "./traces-words.ts";

const INDENT_PX = 13;
/** Deeper ones stand below each other; their level is told to those who hear the page. */
const INDENTED_MAX = 14;
const SERVICE_MAX_CHARS = 40;
/** Room for a duration. */
const TOOK_SHARE = 0.28;

/** A span as a row: its name in the tree, and its bar over time. */
export function spanRow(node: SpanNode, isCollapsed: boolean, range: TimeRange): HTMLElement {
  const { span, level, descendants, errorsBelow, isOrphan } = node;
  const hiddenErrors = isCollapsed && errorsBelow > 0;
  const indent = el("span", { class: "indent", attributes: { "aria-hidden": "true" } });
  indent.style.width = `${Math.min(level - 1, INDENTED_MAX) * INDENT_PX}px`;
  const row = el(
    "div",
    {
      class: span.isError ? "span-row is-error" : "span-row",
      attributes: {
        role: "row",
        "aria-level": level,
        ...(descendants > 0 && { "aria-expanded": String(!isCollapsed) }),
      },
    },
    el(
      "div",
      { class: "span-name", attributes: { role: "gridcell" } },
      indent,
      el("span", { class: "twisty", attributes: { "aria-hidden": "true" } }, twisty(descendants, isCollapsed)),
      span.isError || hiddenErrors
        ? el("span", { class: "sign sign-error", attributes: { "aria-hidden": "true" } }, span.isError ? "✗" : "…✗")
        : undefined,
      el("bdi", { class: "name" }, spanName(span.name)),
      isCollapsed ? el("span", { class: "hidden-count" }, `+${descendants}`) : undefined,
      isOrphan ? el("span", { class: "orphan" }, "parent not here") : undefined,
      span.service === undefined
        ? undefined
        : el("bdi", { class: "service" }, shownInLine(span.service, SERVICE_MAX_CHARS)),
      span.isError ? el("span", { class: "visually-hidden" }, ", error") : undefined,
      hiddenErrors ? el("span", { class: "visually-hidden" }, `, ${errorsBelow} errors below`) : undefined,
    ),
    bar(node, range),
  );
  return row;
}

function twisty(descendants: number, isCollapsed: boolean): string {
  if (descendants === 0) return "";
  return isCollapsed ? "▸" : "▾";
}

function bar({ span }: SpanNode, { minMs, maxMs }: TimeRange): HTMLElement {
  const { startedAtMs, isError } = span;
  const endedAtMs = Math.max(startedAtMs, span.endedAtMs);
  const share = (ms: number): number => Math.min(1, Math.max(0, (ms - minMs) / (maxMs - minMs)));
  const [left, right] = [share(startedAtMs), share(endedAtMs)];
  const cell = el("div", { class: "span-bar", attributes: { role: "gridcell" } });
  const took = el("span", { class: "took" }, exactDurationText(endedAtMs - startedAtMs));
  // Behind the bar, else before it, else in it.
  const isInside = right > 1 - TOOK_SHARE && left < TOOK_SHARE;
  took.classList.toggle("is-inside", isInside);
  if (right > 1 - TOOK_SHARE && !isInside) took.style.right = `${(1 - left) * 100}%`;
  else took.style.left = `${(isInside ? left : right) * 100}%`;
  if (endedAtMs < minMs) took.prepend("◂ ");
  else if (startedAtMs > maxMs) took.append(" ▸");
  else {
    const fill = el("span", { class: `fill result-${isError ? "failure" : "success"}` });
    fill.classList.toggle("is-cut-left", startedAtMs < minMs);
    fill.classList.toggle("is-cut-right", endedAtMs > maxMs);
    fill.style.left = `${left * 100}%`;
    fill.style.width = `${(right - left) * 100}%`;
    cell.append(fill);
  }
  cell.append(took);
  return cell;
}
