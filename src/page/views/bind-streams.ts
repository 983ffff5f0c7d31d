import type { LiveStream } from "../../live/live-data.ts";
import type { RunData } from "../data/run-data.ts";
import { shown } from "../text/ansi.ts";
import { bytesText, countText, durationText, shareText } from "../../lib/quantities.ts";
import { byId, el, onceAFrame } from "./dom.ts";

/** How often rates are drawn anew when nothing comes: they go down to zero. */
const REDRAWN_EVERY_MS = 4000;
/** A ring so full is soon one that refuses. */
const NEARLY_FULL = 0.75;

/** What each stream holds, takes and delivers. */
export function bindStreams(data: RunData): void {
  const place = byId("streams");
  const draw = onceAFrame(() => {
    const streams = Object.entries(data.state?.streams ?? {});
    // A report may know nothing of them.
    byId("streams-panel").hidden = data.isReport && streams.length === 0;
    const isLive = data.connection.kind === "live";
    place.replaceChildren(
      ...streams.map(([name, stream]) => card(name, stream, isLive ? data.rates.rate(name, Date.now()) : undefined)),
    );
  });
  data.on(["streams", "connection"], draw);
  setInterval(() => {
    if (data.connection.kind === "live" && !document.hidden) draw();
  }, REDRAWN_EVERY_MS);
}

function card(name: string, stream: LiveStream, rate: { lines: number; bytes: number } | undefined): HTMLElement {
  const { ringUsedBytes, ringBytes, objects, lastObject, uploadMs, retries, refused, lines, bytes } = stream;
  const used = ringBytes > 0 ? ringUsedBytes / ringBytes : 0;
  const fill = el("i", { class: used > NEARLY_FULL ? "ring-fill is-nearly-full" : "ring-fill" });
  fill.style.width = `${Math.min(1, used) * 100}%`;
  const meter = el(
    "div",
    {
      class: "ring",
      attributes: {
        role: "meter",
        "aria-label": `Ring of ${name}`,
        "aria-valuemin": 0,
        "aria-valuemax": 100,
        "aria-valuenow": Math.round(used * 100),
        "aria-valuetext": `${bytesText(ringUsedBytes)} of ${bytesText(ringBytes)}`,
      },
    },
    fill,
  );
  const facts: readonly (readonly [string, string])[] = [
    ["lines", countText(lines)],
    ["size", bytesText(bytes)],
    ["lines/s", rate === undefined ? "–" : countText(rate.lines)],
    ["bytes/s", rate === undefined ? "–" : bytesText(rate.bytes)],
    ["objects", countText(objects)],
    ["upload", uploadMs === null ? "–" : durationText(uploadMs)],
    ["retries", countText(retries)],
    ["refused", countText(refused)],
  ];
  return el(
    "article",
    { class: "stream", attributes: { "aria-label": `Stream ${name}` } },
    el(
      "header",
      {},
      el("h3", {}, name),
      el("span", { class: "rate" }, `${shareText(used)} of ${bytesText(ringBytes)}`),
    ),
    meter,
    el(
      "dl",
      {},
      ...facts.flatMap(([term, value]) => {
        const isBad = (term === "retries" && retries > 0) || (term === "refused" && refused > 0);
        return [el("div", isBad ? { class: "is-bad" } : {}, el("dt", {}, term), el("dd", {}, value))];
      }),
    ),
    el("p", { class: "last-object" }, lastObject === null ? "nothing delivered yet" : shown(lastObject)),
  );
}
