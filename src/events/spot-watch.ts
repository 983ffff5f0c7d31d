import { networkFailure } from "../lib/failure.ts";
import { logOf } from "../lib/log.ts";
import { EVENTS, type Report } from "./event.ts";
import { type AskForNotice, type Cloud, MetadataError, type SpotNotice } from "./spot-notices.ts";

/** As AWS advises; its notice comes two minutes before, that of the others half a minute. */
const ASK_EVERY_TICKS = 5;
/** A service that is not there, as in another cloud, is asked so often. */
const FAILING_ASK_EVERY_TICKS = 60;
const FAILING_AFTER = 3;

const log = logOf("events");

/** Asks the cloud again and again whether the machine is about to be taken away, and tells of each notice once. */
export class SpotWatch {
  readonly #report: Report;
  readonly #cloud: Cloud;
  readonly #ask: AskForNotice;
  readonly #stop = new AbortController();
  #ticks = 0;
  #failures = 0;
  #isAsking = false;
  #told: string | undefined;

  constructor(report: Report, cloud: Cloud, ask: AskForNotice) {
    this.#report = report;
    this.#cloud = cloud;
    this.#ask = ask;
  }

  /** One question at a time, which it does not wait for; the promise is for tests. */
  tick(): Promise<void> {
    const everyTicks = this.#failures < FAILING_AFTER ? ASK_EVERY_TICKS : FAILING_ASK_EVERY_TICKS;
    const isDue = this.#ticks++ % everyTicks === 0;
    return isDue && !this.#isAsking && !this.#stop.signal.aborted ? this.#askNow() : DONE;
  }

  /** Ends the question under way. Safe to call twice. */
  stop(): void {
    this.#stop.abort();
  }

  async #askNow(): Promise<void> {
    this.#isAsking = true;
    try {
      const notice = await this.#ask(this.#stop.signal);
      if (this.#failures >= FAILING_AFTER) log.info("The metadata service answers again");
      this.#failures = 0;
      if (notice === undefined) this.#told = undefined;
      else this.#tell(notice);
    } catch (error) {
      this.#onFailure(error);
    } finally {
      this.#isAsking = false;
    }
  }

  #tell({ action, at }: SpotNotice): void {
    const key = `${action} ${at ?? ""}`;
    if (key === this.#told) return;
    this.#told = key;
    this.#report({
      kind: EVENTS.spotInterruption,
      text: "The cloud is about to take the machine away",
      attributes: { "cloud.provider": this.#cloud, action, at },
    });
  }

  #onFailure(error: unknown): void {
    if (this.#stop.signal.aborted || ++this.#failures !== FAILING_AFTER) return;
    const reason = error instanceof MetadataError ? error.message : networkFailure(error).reason;
    log.warn("Cannot ask for spot interruptions; asking once a minute from now on", { reason });
  }
}

const DONE = Promise.resolve();
