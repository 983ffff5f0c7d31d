import type { Config } from "../config/config.ts";
import { type Event, EVENTS } from "../events/event.ts";
import { writeLiveToken } from "../home/live-token.ts";
import type { Home } from "../home/home.ts";
import { readPrice } from "../lib/price.ts";
import { errorText } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import { severityOf } from "../live/event-severity.ts";
import { killLimit } from "../live/kill-limit.ts";
import { Live } from "../live/live.ts";
import { TAILED_STREAMS, type TailedLines } from "../live/tails.ts";
import type { AgentStats } from "../stats/agent-stats.ts";
import type { Stages } from "./manager-state.ts";

/** Of the collector, for the live page. */
const OUTPUT_LINES = 50;

const log = logOf("manager");

export interface LiveNeeds {
  readonly stats: () => AgentStats;
  /** Undefined until the rings are open. */
  readonly stages: () => Stages | undefined;
}

/** What the live page shows, from what the stages tell. Undefined when the settings do not want it. */
export function createLive(
  { page, collector: { intervalMs } }: Config,
  { stats, stages }: LiveNeeds,
): Live | undefined {
  if (!page.isEnabled) return undefined;
  const lines: TailedLines = {
    watch: (listener) => {
      const rings = stages()?.rings;
      if (rings === undefined) return;
      for (const stream of TAILED_STREAMS) {
        rings[stream].tap = listener === undefined ? undefined : (line) => listener(stream, line);
      }
    },
    newest: (stream, maxBytes) => stages()?.rings[stream].newestLines(maxBytes) ?? new Uint8Array(),
    countOf: (stream) => {
      const told = stats().streams[stream];
      return told === undefined ? 0 : told.uploaded_lines + told.ring_lines;
    },
  };
  return new Live({
    intervalMs,
    lines,
    sources: {
      stats,
      jobs: () => stages()?.jobs?.report() ?? null,
      collectorOutput: () => stages()?.collector?.lastOutput(OUTPUT_LINES) ?? [],
      processes: () => stages()?.host?.topProcesses,
      size: () => stages()?.host?.size,
      price: page.price === undefined ? undefined : readPrice(page.price),
    },
  });
}

/** Puts the events of the machine on the time axis of the page, if there is one. */
export function eventsOnPage(live: Live | undefined): (event: Event, atMs: number) => void {
  return ({ kind: { name, severity: number }, text, attributes }, atMs) => {
    const limit = name === EVENTS.oomKill.name ? killLimit(attributes["scope"], attributes["limit_bytes"]) : {};
    live?.addEvent({ atMs, name, severity: severityOf(number), text, ...limit });
  };
}

/** Goes on with the history of the run. Without a token only root, our own user and the runner's see texts. */
export function openLive(live: Live, { folder, lastRun }: Home): void {
  let token: string | undefined;
  try {
    token = writeLiveToken(folder);
  } catch (error) {
    log.warn("Cannot write the token of the live page; it shows texts by user only", { error: errorText(error) });
  }
  live.open({ folder, token, endedWell: lastRun?.endedWell });
}
