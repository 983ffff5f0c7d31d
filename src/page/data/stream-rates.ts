import type { LiveStream } from "../../live/live-data.ts";

/** The rate of the last so many ms. Changes come every two seconds, so it is a mean of some of them. */
const SPAN_MS = 12_000;

/** Who has told no change by then has had none. */
const KNOWN_AFTER_MS = 3000;

interface Count {
  readonly atMs: number;
  readonly lines: number;
  readonly bytes: number;
}

/** Lines and bytes a second of each stream, from the counters that the agent tells when they have changed. */
export class StreamRates {
  readonly #counts = new Map<string, Count[]>();

  add(atMs: number, streams: Readonly<Record<string, LiveStream>>): void {
    for (const [name, { lines, bytes }] of Object.entries(streams)) {
      const counts = this.#counts.get(name) ?? [];
      this.#counts.set(name, counts);
      // Counters that went back are those of another run.
      if ((counts.at(-1)?.lines ?? 0) > lines) counts.length = 0;
      counts.push({ atMs, lines, bytes });
      while (counts.length > 2 && (counts[1]?.atMs ?? atMs) < atMs - SPAN_MS) counts.shift();
    }
  }

  /** Undefined in the first seconds. */
  rate(stream: string, nowMs: number): { readonly lines: number; readonly bytes: number } | undefined {
    const counts = this.#counts.get(stream) ?? [];
    const first = counts.find(({ atMs }) => atMs >= nowMs - SPAN_MS) ?? counts.at(-1);
    const last = counts.at(-1);
    if (first === undefined || last === undefined || nowMs - (counts[0]?.atMs ?? nowMs) < KNOWN_AFTER_MS)
      return undefined;
    const seconds = Math.max(1, (nowMs - first.atMs) / 1000);
    return { lines: (last.lines - first.lines) / seconds, bytes: (last.bytes - first.bytes) / seconds };
  }
}
