import { errorText } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import type { SourceFacts } from "./runner-health.ts";

/** Between two words about what is not read: a job can change much in a second. */
const TELL_MIN_MS = 5000;

const log = logOf("runner");

/** Tells in the log what is not read, once a change, with names: the log is the only place for those. */
export class RefusalLog {
  /** By folder: the kinds that have been named. */
  readonly #told = new Map<string, string>();
  #toldLostBytes = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #lastError = "";

  /** `lostBytes` counts what was deleted before it was read. */
  tell(sources: readonly SourceFacts[], lostBytes: number, nowMs: number): void {
    if (nowMs - this.#toldAtMs < TELL_MIN_MS) return;
    for (const { folder, refusals } of sources) {
      const kinds = refusals.kinds.join(", ");
      if (kinds === (this.#told.get(folder) ?? "")) continue;
      this.#told.set(folder, kinds);
      this.#toldAtMs = nowMs;
      if (kinds === "") log.info("All runner logs are read again", { folder });
      else log.warn("Not all runner logs are read", { folder, kinds, names: refusals.examples.join(", ") });
    }
    if (lostBytes === this.#toldLostBytes) return;
    log.warn("Runner logs were deleted before they were read", { bytes: lostBytes - this.#toldLostBytes });
    this.#toldLostBytes = lostBytes;
    this.#toldAtMs = nowMs;
  }

  /** Each text once in a row: it may come every second. */
  tellError(error: unknown): void {
    const text = errorText(error);
    if (text !== this.#lastError) log.warn("Cannot read the runner's logs; trying again", { error: text });
    this.#lastError = text;
  }
}
