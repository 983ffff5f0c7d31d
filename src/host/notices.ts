import { logOf } from "../lib/log.ts";

const log = logOf("host");

/** What is to be said of this machine and does not change while the agent runs: each sentence is logged once. */
export class Notices {
  readonly #said = new Set<string>();

  /** `message` is one of a few sentences of ours; `reason` may differ from one call to the next. */
  say(message: string, reason?: string): void {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    log.info(message, reason === undefined ? {} : { reason });
  }
}
