import type { WarpBuildClient } from "../backend/warpbuild-client.ts";
import { backoffDelayMs } from "../lib/backoff.ts";
import { logOf } from "../lib/log.ts";
import { sleep } from "../lib/sleep.ts";
import type { PartHealth } from "../pipeline.ts";

const FIRST_DELAY_MS = 1000;
const BACKOFF = { initialMs: 1000, maxMs: 30_000 };
/** While the agent stops there is no time for more. */
const HURRIED_DELAY_MS = 250;
/** Failures from which on the API counts as away. */
const DEGRADED_FAILURES = 3;

const log = logOf("backend");

/**
 * Asks the WarpBuild API whether telemetry is wanted on this machine, until there is one answer. Lines are taken in the
 * meantime, and nothing is uploaded before it.
 */
export class TelemetrySwitch {
  readonly #backend: WarpBuildClient;
  readonly #hurry = new AbortController();
  #failures = 0;
  #reason = "";

  constructor(backend: WarpBuildClient) {
    this.#backend = backend;
  }

  /** True for on, false for off, undefined when `abort` fired first. Never rejects. */
  async ask(abort: AbortSignal): Promise<boolean | undefined> {
    await sleep(FIRST_DELAY_MS, AbortSignal.any([abort, this.#hurry.signal]));
    while (!abort.aborted) {
      const answer = await this.#backend.allocationDetails(abort).catch(() => undefined);
      if (answer === undefined) break;
      if (answer.kind === "answered") {
        if (this.#failures > 0) log.info("The API answers again", { failures: this.#failures });
        this.#failures = 0;
        return answer.isTelemetryEnabled;
      }
      this.#failures++;
      const { kind: _, afterMs, ...facts } = answer;
      if (this.#reason !== answer.reason) log.warn("Cannot learn whether telemetry is on; asking again", facts);
      this.#reason = answer.reason;
      if (this.#hurry.signal.aborted) await sleep(HURRIED_DELAY_MS, abort);
      else await sleep(backoffDelayMs(this.#failures, BACKOFF, afterMs), AbortSignal.any([abort, this.#hurry.signal]));
    }
    return undefined;
  }

  /** The agent is stopping: ask without pauses. */
  hurry(): void {
    this.#hurry.abort();
  }

  health(): PartHealth {
    if (this.#failures < DEGRADED_FAILURES) return { status: "healthy" };
    return {
      status: "degraded",
      reason: `Cannot learn whether telemetry is on: ${this.#reason} (${this.#failures} failures)`,
      remedy:
        "The lines are kept and sent when the API answers; check agent.host_url, agent.id and agent.polling_secret",
    };
  }
}
