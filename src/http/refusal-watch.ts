import { type Clock, SYSTEM_CLOCK } from "../lib/clock.ts";
import { logOf } from "../lib/log.ts";
import type { PartHealth, Stream } from "../pipeline.ts";
import { type Reason, REFUSALS } from "./refusals.ts";

/** Refusing is over when nothing has been refused for so long. */
export const QUIET_MS = 60_000;

/** A time in which requests are refused for one reason; for a ring, of one stream. */
interface Episode {
  readonly reason: Reason;
  readonly stream: Stream | undefined;
  readonly beganAtMs: number;
  lastAtMs: number;
  requests: number;
  stopTimer: () => void;
}

const log = logOf("http");

/** Tells in the log when refusing begins and when it has ended, and in between in `/health`. */
export class RefusalWatch {
  readonly #clock: Clock;
  readonly #advised = new Set<Reason>();
  readonly #episodes = new Map<string, Episode>();

  constructor(clock: Clock = SYSTEM_CLOCK) {
    this.#clock = clock;
  }

  /**
   * A request was not taken; `stream` is undefined elsewhere than at the path of one. Only refusals are told of: what is
   * rejected is its sender's fault. How to set up a sender is said once.
   */
  note(reason: Reason, stream?: Stream): void {
    const { trouble, advice } = REFUSALS[reason];
    if (advice !== undefined && !this.#advised.has(reason)) {
      this.#advised.add(reason);
      log.warn(advice);
    }
    if (trouble === undefined) return;
    const ofStream = trouble.isOfRing ? stream : undefined;
    const key = `${reason} ${ofStream ?? ""}`;
    const nowMs = this.#clock.nowMs();
    const known = this.#episodes.get(key);
    if (known !== undefined) {
      known.requests++;
      known.lastAtMs = nowMs;
      return;
    }
    const episode = { reason, stream: ofStream, beganAtMs: nowMs, lastAtMs: nowMs, requests: 1, stopTimer: () => {} };
    this.#episodes.set(key, episode);
    this.#endWhenQuiet(key, episode);
    log.warn(`Refusing requests: ${trouble.what}`, factsOf(episode));
  }

  /** Degraded while requests are refused, for another reason than a ring. */
  health(): PartHealth {
    return this.#healthOf(({ stream }) => stream === undefined);
  }

  /** Degraded while requests are refused because of a ring, which may have room again. */
  ringsHealth(): PartHealth {
    return this.#healthOf(({ stream }) => stream !== undefined);
  }

  /** Ends what runs by itself. */
  close(): void {
    for (const { stopTimer } of this.#episodes.values()) stopTimer();
  }

  #endWhenQuiet(key: string, episode: Episode): void {
    const leftMs = episode.lastAtMs + QUIET_MS - this.#clock.nowMs();
    if (leftMs > 0) {
      episode.stopTimer = this.#clock.after(leftMs, () => this.#endWhenQuiet(key, episode));
      return;
    }
    this.#episodes.delete(key);
    const { requests, beganAtMs, lastAtMs } = episode;
    const seconds = Math.ceil((lastAtMs - beganAtMs) / 1000);
    log.info("Refusing requests has ended", { ...factsOf(episode), requests, seconds });
  }

  #healthOf(isPart: (episode: Episode) => boolean): PartHealth {
    const episodes = [...this.#episodes.values()].filter(isPart);
    if (episodes.length === 0) return { status: "healthy" };
    const nowMs = this.#clock.nowMs();
    const remedies = new Set(episodes.map(({ reason }) => REFUSALS[reason].trouble?.remedy));
    return {
      status: "degraded",
      reason: episodes.map((episode) => reasonOf(episode, nowMs)).join("; "),
      remedy: `Senders keep their data and try again; ${[...remedies].join("; ")}`,
    };
  }
}

function reasonOf({ reason, stream, requests, lastAtMs }: Episode, nowMs: number): string {
  const seconds = Math.round((nowMs - lastAtMs) / 1000);
  const what = REFUSALS[reason].trouble?.what ?? reason;
  const counted = requests === 1 ? "1 request" : `${requests} requests`;
  return `${counted}${stream === undefined ? "" : ` of ${stream}`} refused, the last ${seconds} s ago: ${what}`;
}

function factsOf({ reason, stream }: Episode): Record<string, unknown> {
  return { reason, ...(stream !== undefined && { stream }) };
}
