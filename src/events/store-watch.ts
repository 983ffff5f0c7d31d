import type { PartHealth } from "../pipeline.ts";
import { EVENTS, type Report } from "./event.ts";

/** Tells when the store takes no objects any more, and when it does again. The record of the first waits in the ring for the second. */
export class StoreWatch {
  readonly #report: Report;
  readonly #health: () => PartHealth;
  readonly #nowMs: () => number;
  #lostAtMs: number | undefined;

  /** `health` is the uploader's; `nowMs` is monotonic. */
  constructor(report: Report, health: () => PartHealth, nowMs: () => number) {
    this.#report = report;
    this.#health = health;
    this.#nowMs = nowMs;
  }

  tick(): void {
    const { status, reason } = this.#health();
    const isLost = status !== "healthy";
    if (isLost === (this.#lostAtMs !== undefined)) return;
    if (isLost) {
      this.#lostAtMs = this.#nowMs();
      this.#report({
        kind: EVENTS.storeLost,
        text: "The store takes no objects; they are kept, and sent when it does",
        attributes: { reason },
      });
      return;
    }
    const lostForMs = Math.round(this.#nowMs() - (this.#lostAtMs ?? 0));
    this.#lostAtMs = undefined;
    this.#report({
      kind: EVENTS.storeBack,
      text: "The store takes objects again",
      attributes: { duration_ms: lostForMs },
    });
  }
}
