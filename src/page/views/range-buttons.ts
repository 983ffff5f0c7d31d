import type { RunData } from "../data/run-data.ts";
import { clockText, durationText, zoneText } from "../../lib/quantities.ts";
import type { TimeAxis } from "../time/time-axis.ts";
import { byId, el, onceAFrame, setText } from "./dom.ts";

const CHOICES: readonly (readonly [text: string, lastMs: number | undefined])[] = [
  ["Whole run", undefined],
  ["15 min", 900_000],
  ["5 min", 300_000],
  ["1 min", 60_000],
];

/** Buttons that choose the part of the run that is seen, and its words. */
export function bindRangeButtons(data: RunData, axis: TimeAxis): void {
  const place = byId("ranges");
  const words = byId("range-words");
  const buttons = CHOICES.map(([text, lastMs]) =>
    el("button", { attributes: { type: "button" }, onClick: () => axis.reset(lastMs) }, text),
  );
  place.append(...buttons);
  const draw = onceAFrame(() => {
    CHOICES.forEach(([, lastMs], at) => {
      const isChosen = axis.kind !== "zoom" && axis.lastMs === lastMs;
      buttons[at]?.setAttribute("aria-pressed", String(isChosen));
    });
    const { minMs, maxMs } = axis.range;
    setText(
      words,
      `${data.timeText(minMs)} – ${clockText(maxMs)} ${zoneText(maxMs)}, ${durationText(maxMs - minMs)}${axis.kind === "zoom" ? ", zoomed" : ""}`,
    );
  });
  axis.onRange(draw);
  draw();
}
