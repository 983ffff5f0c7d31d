import { type LineSink, STREAMS, type Stats, type Stream } from "../pipeline.ts";
import type { App, Mark, Reports } from "./app.ts";
import { ReasonCounters, StreamCounters } from "./counters.ts";
import { Garbage } from "./garbage.ts";
import { InFlight } from "./in-flight.ts";
import type { ReceiveDeps } from "./receive.ts";
import { type Address, type Server, takePort } from "./take-port.ts";

export interface ReceiverOptions extends Address {
  readonly allowedHosts: readonly string[];
  readonly maxRequestBytes: number;
  readonly inFlightMaxBytes: number;
  readonly nestingMax: number;
  readonly reports: Reports;
  readonly mark?: Mark;
}

/** Listens for OTLP over HTTP and puts every accepted request into its ring. */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #counters: Readonly<Record<Stream, StreamCounters>>;
  readonly #pageCounters = new ReasonCounters();
  readonly #inFlight: InFlight;
  readonly #garbage = new Garbage();
  readonly #loaded = Promise.withResolvers<App>();
  #app: App | undefined;
  #server: Server | undefined;
  #isStopping = false;
  #stopped: Promise<void> | undefined;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#counters = forEachStream(() => new StreamCounters());
    this.#inFlight = new InFlight({ maxBytes: options.inFlightMaxBytes, maxRequestBytes: options.maxRequestBytes });
  }

  /** Requests are answered, and new ones taken. */
  get isServing(): boolean {
    return this.#app !== undefined && !this.#isStopping;
  }

  /** The port in use; the configured one before {@link listen}. */
  get port(): number {
    return this.#server?.port ?? this.#options.port;
  }

  /**
   * Resolves when connections are taken; their requests wait for {@link serve}. Tries at once, within this call. A port
   * that only an outgoing connection holds is tried again, see takePort. Rejects with ListenError.
   */
  async listen(abort?: AbortSignal): Promise<void> {
    this.#server = await takePort(this.#options, (request) => this.#answer(request), abort);
  }

  /** Resolves when requests are answered; accepted lines go to `sinks`. */
  async serve(sinks: Readonly<Record<Stream, LineSink>>): Promise<void> {
    // The web framework takes a quarter of the start to load, so connections are taken before.
    const { createApp } = await import("./app.ts");
    const { allowedHosts, reports, mark } = this.#options;
    const hosts = new Set(allowedHosts);
    const streams = this.#streams(sinks, hosts);
    const pageCounters = this.#pageCounters;
    this.#app = createApp({
      streams,
      pageCounters,
      allowedHosts: hosts,
      reports,
      ...(mark === undefined ? {} : { mark }),
    });
    this.#loaded.resolve(this.#app);
  }

  /**
   * Takes no new work and finishes what is in flight; what is still unfinished when `deadline` fires is cut off.
   * Nothing is accepted after it resolves. Safe to call twice and before {@link listen}.
   */
  stop(deadline: AbortSignal): Promise<void> {
    this.#isStopping = true;
    this.#stopped ??= this.#stop(deadline);
    return this.#stopped;
  }

  stats(stream: Stream): Stats {
    return this.#counters[stream].stats();
  }

  /** Requests that were not taken elsewhere than at the path of a stream: reason → count. */
  get rejectedPages(): Stats {
    return this.#pageCounters.rejected;
  }

  get inFlightBytes(): number {
    return this.#inFlight.usedBytes;
  }

  #answer(request: Request): Response | Promise<Response> {
    return this.#app?.(request) ?? this.#answerLater(request);
  }

  async #answerLater(request: Request): Promise<Response> {
    const app = await this.#loaded.promise;
    // Who gave up while a large ring was read back will send it again: taken now, it would be there twice.
    return request.signal.aborted ? new Response() : app(request);
  }

  #streams(
    sinks: Readonly<Record<Stream, LineSink>>,
    allowedHosts: ReadonlySet<string>,
  ): Readonly<Record<Stream, ReceiveDeps>> {
    const { maxRequestBytes, nestingMax } = this.#options;
    const limits = { maxRequestBytes, nestingMax, allowedHosts };
    return forEachStream((stream): ReceiveDeps => ({
      stream,
      limits,
      sink: sinks[stream],
      counters: this.#counters[stream],
      inFlight: this.#inFlight,
      isStopping: () => this.#isStopping,
      onBody: (bytes) => this.#garbage.add(bytes),
    }));
  }

  async #stop(deadline: AbortSignal): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const cut = Promise.withResolvers<void>();
    const cutOff = (): void => cut.resolve();
    if (deadline.aborted) cutOff();
    deadline.addEventListener("abort", cutOff, { once: true });
    await Promise.race([server.stop(), cut.promise]);
    deadline.removeEventListener("abort", cutOff);
    await server.stop(true);
  }
}

function forEachStream<T>(make: (stream: Stream) => T): Record<Stream, T> {
  const [logs, metrics, traces, ghaLogs] = STREAMS;
  return { [logs]: make(logs), [metrics]: make(metrics), [traces]: make(traces), [ghaLogs]: make(ghaLogs) };
}
