import { bytesText, shareText } from "../lib/quantities.ts";
import type { SeriesName } from "../live/live-data.ts";
import { coresText } from "./advice.ts";
import type { Sentence } from "./document.ts";
import type { RunFacts, SeriesFigures } from "./run-facts.ts";

export const FIGURES_HEAD = ["", "peak", "p95", "mean"] as const;
const NOT_MEASURED = "not measured";

type Size = Pick<RunFacts, "cores" | "memoryBytes">;

interface Row {
  readonly series: SeriesName;
  readonly label: (size: Size) => string;
  readonly text: (value: number, size: Size) => string;
}

const rate = (value: number): string => `${bytesText(value)}/s`;

const ROWS: readonly Row[] = [
  {
    series: "cpu.mean",
    label: ({ cores }) => (cores === undefined ? "CPU" : `CPU, of ${coresText(cores)} cores`),
    text: shareText,
  },
  { series: "cpu.busiest", label: () => "busiest core", text: shareText },
  {
    series: "memory.used",
    label: ({ memoryBytes }) => (memoryBytes === undefined ? "memory" : `memory, of ${bytesText(memoryBytes)}`),
    text: (share, { memoryBytes }) => (memoryBytes === undefined ? shareText(share) : bytesText(share * memoryBytes)),
  },
  { series: "pressure.cpu", label: () => "waiting for a core", text: shareText },
  { series: "pressure.memory", label: () => "waiting for memory", text: shareText },
  { series: "pressure.memory_full", label: () => "all waiting for memory", text: shareText },
  { series: "pressure.io", label: () => "waiting for the disk", text: shareText },
  { series: "disk.used", label: () => "fullest disk", text: shareText },
  { series: "network.receive", label: () => "received", text: rate },
  { series: "network.transmit", label: () => "sent", text: rate },
];

/** Below {@link FIGURES_HEAD}: what the machine was while a job ran. */
export function figureRows(facts: RunFacts): readonly (readonly Sentence[])[] {
  return ROWS.map(({ series, label, text }) => {
    const figures: SeriesFigures | undefined = facts.figures[series];
    if (figures === undefined) return [[label(facts)], [NOT_MEASURED], ["–"], ["–"]];
    return [[label(facts)], ...[figures.peak, figures.p95, figures.mean].map((value) => [text(value, facts)])];
  });
}
