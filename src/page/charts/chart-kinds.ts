import type { SeriesName } from "../../live/live-data.ts";
import { bytesText, shareText } from "../../lib/quantities.ts";

export interface ChartLine {
  readonly series: SeriesName;
  readonly label: string;
  /** The name of a custom property of CSS. */
  readonly colour: `--line-${string}`;
  /** A line that colour alone does not tell apart. */
  readonly dash?: readonly number[];
}

export interface ChartKind {
  readonly id: string;
  readonly title: string;
  /** What the numbers are, in a few words. */
  readonly meaning: string;
  readonly lines: readonly ChartLine[];
  /** The axis ends there; undefined: where the largest value is, but not below `leastTop`. */
  readonly top: number | undefined;
  readonly leastTop: number;
  readonly text: (value: number) => string;
}

const RATE = (value: number): string => `${bytesText(value)}/s`;

/** The charts, from top to bottom. `memoryBytes` turns shares of the memory into bytes. */
export function chartKinds(cores: number | undefined, memoryBytes: number | undefined): readonly ChartKind[] {
  const memoryText = memoryBytes === undefined ? shareText : (share: number): string => bytesText(share * memoryBytes);
  return [
    {
      id: "cpu",
      title: "CPU",
      meaning: cores === undefined ? "share of all cores" : `share of ${cores} ${cores === 1 ? "core" : "cores"}`,
      lines: [
        { series: "cpu.mean", label: "mean", colour: "--line-1" },
        { series: "cpu.busiest", label: "busiest core", colour: "--line-2", dash: [5, 3] },
        { series: "cpu.iowait", label: "waits for disk", colour: "--line-3", dash: [2, 2] },
      ],
      top: 1,
      leastTop: 1,
      text: shareText,
    },
    {
      id: "memory",
      title: "Memory",
      meaning: memoryBytes === undefined ? "share of its limit" : `limit ${bytesText(memoryBytes)}`,
      lines: [{ series: "memory.used", label: "used", colour: "--line-1" }],
      top: 1,
      leastTop: 1,
      text: memoryText,
    },
    {
      id: "pressure",
      title: "Pressure",
      meaning: "share of the time in which work waited for it",
      lines: [
        { series: "pressure.cpu", label: "CPU", colour: "--line-1" },
        { series: "pressure.memory", label: "memory", colour: "--line-2", dash: [5, 3] },
        { series: "pressure.io", label: "disk", colour: "--line-3", dash: [2, 2] },
      ],
      top: undefined,
      leastTop: 0.1,
      text: shareText,
    },
    {
      id: "disk",
      title: "Disk",
      meaning: "the fullest file system",
      lines: [{ series: "disk.used", label: "used", colour: "--line-1" }],
      top: 1,
      leastTop: 1,
      text: shareText,
    },
    {
      id: "network",
      title: "Network",
      meaning: "bytes a second",
      lines: [
        { series: "network.receive", label: "received", colour: "--line-1" },
        { series: "network.transmit", label: "sent", colour: "--line-2", dash: [5, 3] },
      ],
      top: undefined,
      leastTop: 1024,
      text: RATE,
    },
  ];
}
