import { backoffDelayMs } from "../lib/backoff.ts";
import { networkFailure } from "../lib/failure.ts";
import { readText, retryAfterMs } from "../lib/http-answer.ts";
import { sleep } from "../lib/sleep.ts";
import { type Signal, STREAM_TABLE } from "../pipeline.ts";

/** Of one request; a collector that waits for its own back end answers later than others. */
const ANSWER_MAX_MS = 60_000;
const DELAYS = { initialMs: 500, maxMs: 30_000 };
/** After these answers the same request may be sent again (OTLP/HTTP, Failures). */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** Of an answer: what is wrong with a request, in the words of the other side. */
const ANSWER_MAX_BYTES = 4096;
const REJECTED = /"rejected(?:LogRecords|DataPoints|Spans)"\s*:\s*"?(\d+)/;

export interface OtlpTargetOptions {
  /** `http://127.0.0.1:4318`; the paths of the signals are added. */
  readonly url: URL;
  /** Sent with every request, such as a key. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Hears each time that the endpoint begins to refuse, and that it takes requests again. */
  readonly onChange?: (reason: string | undefined) => void;
}

/** `taken`: of its items `rejected` were not (partialSuccess). `refused`: the endpoint never takes this request. */
export type Sent =
  { readonly kind: "taken"; readonly rejected: number } | { readonly kind: "refused"; readonly reason: string };

/** An endpoint that takes OTLP/JSON over HTTP: a collector, Jaeger, another agent. */
export class OtlpTarget {
  readonly #urls: Readonly<Record<Signal, string>>;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #onChange: (reason: string | undefined) => void;
  #reason: string | undefined;

  constructor({ url, headers = {}, onChange = () => {} }: OtlpTargetOptions) {
    const at = (signal: Signal): string =>
      new URL(url.pathname.replace(/\/$/, "") + STREAM_TABLE[signal].path, url).href;
    this.#urls = { logs: at("logs"), metrics: at("metrics"), traces: at("traces") };
    this.#headers = headers;
    this.#onChange = onChange;
  }

  /**
   * Sends one request until it is taken or refused for good; waits as the other side asks, and as long as it is away.
   * Rejects only with the reason of `abort`; then it may have been taken or not.
   */
  async send(signal: Signal, line: Uint8Array | string, abort: AbortSignal): Promise<Sent> {
    for (let failures = 1; ; failures++) {
      const outcome = await this.#attempt(signal, line, abort);
      if (outcome.kind !== "again") {
        this.#tell(undefined);
        return outcome;
      }
      this.#tell(outcome.reason);
      await sleep(backoffDelayMs(failures, DELAYS, outcome.afterMs), abort);
      abort.throwIfAborted();
    }
  }

  async #attempt(signal: Signal, line: Uint8Array | string, abort: AbortSignal): Promise<Sent | Again> {
    try {
      const response = await fetch(this.#urls[signal], {
        method: "POST",
        headers: { ...this.#headers, "content-type": "application/json" },
        body: line,
        redirect: "manual",
        signal: AbortSignal.any([abort, AbortSignal.timeout(ANSWER_MAX_MS)]),
      });
      const text = await readText(response, ANSWER_MAX_BYTES);
      if (response.status === 200) return { kind: "taken", rejected: Number(REJECTED.exec(text)?.[1] ?? 0) };
      const reason = `${response.status} ${text.trim()}`.trimEnd();
      if (!RETRYABLE.has(response.status)) return { kind: "refused", reason };
      const afterMs = retryAfterMs(response.headers);
      return { kind: "again", reason, ...(afterMs === undefined ? {} : { afterMs }) };
    } catch (error) {
      abort.throwIfAborted();
      return { kind: "again", reason: networkFailure(error).reason };
    }
  }

  #tell(reason: string | undefined): void {
    const hasChanged = (reason === undefined) !== (this.#reason === undefined);
    this.#reason = reason;
    if (hasChanged) this.#onChange(reason);
  }
}

interface Again {
  readonly kind: "again";
  readonly reason: string;
  readonly afterMs?: number;
}
