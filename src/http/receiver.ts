import { ByteBudget } from "../lib/byte-budget.ts";
import { logOf } from "../lib/log.ts";
import { sleep } from "../lib/sleep.ts";
import { type LineSink, STREAMS, type Stats, type Stream } from "../pipeline.ts";
import { createApp, type Mark, type Reports } from "./app.ts";
import { StreamCounters } from "./counters.ts";
import { type PortOwner, portOwner } from "./port-owner.ts";
import { Garbage } from "./garbage.ts";
import type { ReceiveDeps } from "./receive.ts";

/**
 * How long a port that an outgoing connection holds is tried again: 33931 is in Linux's ephemeral range. What is left of
 * a connection that was closed holds it for the minute of TIME_WAIT, and is waited for so long.
 */
const PORT_WAIT_MS = 30_000;
const PORT_CLOSING_WAIT_MS = 75_000;
const PORT_RETRY_MS = 250;
/** Between two looks at who has the port: each reads all connections of the machine. */
const PORT_LOOK_MS = 5000;
/** The Collector's own server closes idle connections after a minute. */
const IDLE_TIMEOUT_SECONDS = 60;

export interface ReceiverOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly maxRequestBytes: number;
  readonly inFlightMaxBytes: number;
  readonly nestingMax: number;
  readonly sinks: Readonly<Record<Stream, LineSink>>;
  readonly reports: Reports;
  readonly mark?: Mark;
}

const log = logOf("http");

/** Raised when the receiver cannot listen. The message names the address, who holds it, and the next step. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** Listens for OTLP over HTTP and puts every accepted request into its ring. */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #counters: Readonly<Record<Stream, StreamCounters>>;
  readonly #inFlight: ByteBudget;
  readonly #app: ReturnType<typeof createApp>;
  #isListening = false;
  #isStopping = false;
  #stopped: Promise<void> | undefined;
  readonly #garbage = new Garbage();

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#counters = forEachStream(() => new StreamCounters());
    this.#inFlight = new ByteBudget(options.inFlightMaxBytes);
    const allowedHosts = new Set(options.allowedHosts);
    const { maxRequestBytes, nestingMax } = options;
    const limits = { maxRequestBytes, nestingMax, allowedHosts };
    this.#app = createApp({
      streams: forEachStream((stream): ReceiveDeps => ({
        stream,
        limits,
        sink: options.sinks[stream],
        counters: this.#counters[stream],
        inFlight: this.#inFlight,
        isStopping: () => this.#isStopping,
        onBody: (bytes) => this.#garbage.add(bytes),
      })),
      allowedHosts,
      reports: options.reports,
      ...(options.mark === undefined ? {} : { mark: options.mark }),
      idleTimeoutSeconds: IDLE_TIMEOUT_SECONDS,
    });
  }

  get isListening(): boolean {
    return this.#isListening;
  }

  /** The port in use; the configured one before {@link start}. */
  get port(): number {
    return this.#app.server?.port ?? this.#options.port;
  }

  /**
   * Resolves when connections are taken. A port that only an outgoing connection holds is tried again for 30 s.
   * Rejects with ListenError.
   */
  async start(abort?: AbortSignal): Promise<void> {
    const { host, port } = this.#options;
    const beganAtMs = performance.now();
    let owner: PortOwner | undefined;
    let lookedAtMs = Number.NEGATIVE_INFINITY;
    for (;;) {
      try {
        this.#app.listen({ hostname: host, port });
        this.#isListening = true;
        return;
      } catch (error) {
        const code = error instanceof Error && "code" in error ? error.code : undefined;
        if (code !== "EADDRINUSE") {
          throw new ListenError(
            `Cannot listen on ${host}:${port}: ${String(code ?? error)}; choose another --host or --port`,
          );
        }
      }
      const nowMs = performance.now();
      if (nowMs - lookedAtMs > PORT_LOOK_MS) {
        const isFirst = owner === undefined;
        owner = portOwner(port, host);
        if (isFirst && owner.kind !== "listener") {
          log.warn("Port held by an outgoing connection; trying again", { port });
        }
        lookedAtMs = nowMs;
      }
      const waitMs = owner?.kind === "closing" ? PORT_CLOSING_WAIT_MS : PORT_WAIT_MS;
      if (owner === undefined || owner.kind === "listener" || nowMs - beganAtMs > waitMs || abort?.aborted === true) {
        throw new ListenError(
          `Cannot listen on ${host}:${port}: ${ownerText(owner)}; stop it or choose another --port`,
        );
      }
      await sleep(PORT_RETRY_MS, abort);
    }
  }

  /**
   * Takes no new work and finishes what is in flight; what is still unfinished when `deadline` fires is cut off.
   * Nothing is accepted after it resolves. Safe to call twice and before {@link start}.
   */
  stop(deadline: AbortSignal): Promise<void> {
    this.#isStopping = true;
    this.#stopped ??= this.#stop(deadline);
    return this.#stopped;
  }

  stats(stream: Stream): Stats {
    return this.#counters[stream].stats();
  }

  get inFlightBytes(): number {
    return this.#inFlight.usedBytes;
  }

  async #stop(deadline: AbortSignal): Promise<void> {
    const { server } = this.#app;
    if (server === null || !this.#isListening) return;
    this.#isListening = false;
    const cut = Promise.withResolvers<void>();
    const cutOff = (): void => cut.resolve();
    if (deadline.aborted) cutOff();
    deadline.addEventListener("abort", cutOff, { once: true });
    await Promise.race([server.stop(), cut.promise]);
    deadline.removeEventListener("abort", cutOff);
    await server.stop(true);
  }
}

function ownerText(owner: PortOwner | undefined): string {
  if (owner?.kind !== "listener") return "an outgoing connection holds it";
  return owner.name === undefined ? "another process listens there" : `${owner.name} listens there`;
}

function forEachStream<T>(make: (stream: Stream) => T): Record<Stream, T> {
  const [logs, metrics, traces, ghaLogs] = STREAMS;
  return { [logs]: make(logs), [metrics]: make(metrics), [traces]: make(traces), [ghaLogs]: make(ghaLogs) };
}
