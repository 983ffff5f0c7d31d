import { logOf } from "../lib/log.ts";
import { sleep } from "../lib/sleep.ts";
import { codecInUse } from "../otlp/fast-codec.ts";
import { type LineSink, mapStreams, type PartHealth, type Stream, STREAM_TABLE } from "../pipeline.ts";
import type { RECEIVER_METRICS } from "../stats/agent-metrics.ts";
import type { AgentStats, DoorStats } from "../stats/agent-stats.ts";
import type { App, OwnToken, Reports } from "./app.ts";
import { ConnectionCap } from "./connection-cap.ts";
import type { ControlOptions } from "./control.ts";
import { ReasonCounters, StreamCounters } from "./counters.ts";
import { Decoder } from "./decoder.ts";
import { Garbage } from "./garbage.ts";
import { HeldAnswers } from "./held-answers.ts";
import { InFlight } from "./in-flight.ts";
import type { LiveRouteOptions } from "./live.ts";
import { LoopTurns } from "./loop-turns.ts";
import type { ReceiveDeps } from "./receive.ts";
import { RefusalWatch } from "./refusal-watch.ts";
import { type Address, type Server, takePort } from "./take-port.ts";
import { WorkerQueue } from "./worker-queue.ts";

export interface ReceiverOptions extends Address {
  readonly allowedHosts: readonly string[];
  readonly maxRequestBytes: number;
  readonly inFlightMaxBytes: number;
  readonly nestingMax: number;
  /** Called for each request with a FATAL log record that is in its ring. */
  readonly onFatal?: () => void;
  readonly reports: Reports;
  readonly ownToken?: OwnToken;
  /** What is behind `/control/*`. Absent: the agent keeps no jobs, and says so there. */
  readonly control?: ControlOptions;
  /** What is behind `/` and `/live/*`. Absent: nothing is there. */
  readonly live?: LiveRouteOptions;
}

const log = logOf("http");

/** What a request leaves that is not taken, and its answer, beside its body. */
const REFUSED_GARBAGE = 4096;
/** A reader of the live page that reads takes the end of its stream within milliseconds. */
const STREAM_END_MS = 200;

/** Listens for OTLP over HTTP and puts every accepted request into its ring. */
export class Receiver {
  readonly #options: ReceiverOptions;
  readonly #counters: Readonly<Record<Stream, StreamCounters>>;
  readonly #watch = new RefusalWatch();
  readonly #pageCounters = new ReasonCounters((reason) => this.#watch.note(reason));
  readonly #inFlight: InFlight;
  readonly #garbage = new Garbage();
  readonly #turns = new LoopTurns();
  readonly #queue = new WorkerQueue();
  readonly #decoder: Decoder;
  readonly #held = new HeldAnswers();
  readonly #stopSignal = new AbortController();
  readonly #loaded = Promise.withResolvers<App>();
  #app: App | undefined;
  #server: Server | undefined;
  #cap: ConnectionCap | undefined;
  #isStopping = false;
  #stopped: Promise<void> | undefined;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#counters = mapStreams(
      (stream) =>
        new StreamCounters((reason) => {
          this.#watch.note(reason, stream);
          this.#garbage.add(REFUSED_GARBAGE);
        }),
    );
    this.#inFlight = new InFlight({ maxBytes: options.inFlightMaxBytes, maxRequestBytes: options.maxRequestBytes });
    this.#decoder = new Decoder({
      turns: this.#turns,
      queue: this.#queue,
      onBody: (bytes) => this.#garbage.add(bytes),
      onWait: () => this.#garbage.addWaiting(),
    });
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
    // From now on: who takes all files before the rings are open would end the start.
    if (!this.#isStopping) this.#cap ??= new ConnectionCap(this.port);
  }

  /** Resolves when requests are answered; accepted lines go to `sinks`. */
  async serve(sinks: Readonly<Record<Stream, LineSink>>): Promise<void> {
    // The web framework takes a quarter of the start to load, so connections are taken before.
    const { createApp } = await import("./app.ts");
    const { host, allowedHosts, reports, ownToken, control, live } = this.#options;
    const hosts = new Set(allowedHosts);
    const streams = this.#streams(sinks, hosts);
    const pageCounters = this.#pageCounters;
    this.#app = createApp({
      turns: this.#turns,
      streams,
      pageCounters,
      allowedHosts: hosts,
      reports,
      ...(ownToken !== undefined && { ownToken }),
      ...(live !== undefined && { live }),
      control: {
        ...(control !== undefined && { options: control }),
        stop: this.#stopSignal.signal,
        own: () => ({ address: host, port: this.port }),
        peerOf: (request) => this.#server?.requestIP(request) ?? undefined,
      },
    });
    this.#loaded.resolve(this.#app);
    const codec = codecInUse();
    if (codec.name === "typescript") {
      log.warn("Cannot load the codec in WebAssembly: requests take several times the CPU", { reason: codec.reason });
    }
  }

  /**
   * Takes no new work and finishes what is in flight; what is still unfinished when `deadline` fires is cut off.
   * Nothing is accepted after it resolves. Safe to call twice and before {@link listen}.
   */
  stop(deadline: AbortSignal): Promise<void> {
    this.#isStopping = true;
    this.#held.release();
    this.#stopSignal.abort();
    this.#stopped ??= this.#stop(deadline);
    return this.#stopped;
  }

  stats(stream: Stream): DoorStats {
    return this.#counters[stream].stats();
  }

  /** Degraded while requests are refused because of what is sent. */
  health(): PartHealth {
    return this.#watch.health();
  }

  /** Degraded while requests are refused because of a ring. */
  ringsHealth(): PartHealth {
    return this.#watch.ringsHealth();
  }

  /** Bytes of bodies in memory: as they were sent, and of the one in the Worker decompressed as well. */
  get inFlightBytes(): number {
    return this.#inFlight.usedBytes + this.#queue.inflatedBytes;
  }

  /** What concerns all streams. */
  totals(): Pick<AgentStats, keyof typeof RECEIVER_METRICS | "worker_is_running" | "codec"> {
    return {
      in_flight_bytes: this.inFlightBytes,
      arriving_bodies: this.#inFlight.arriving,
      turn_waiting_bodies: this.#turns.waiting,
      worker_is_running: this.#queue.isRunning,
      worker_waiting_bodies: this.#queue.waiting,
      worker_bodies: this.#queue.decoded,
      worker_failures: this.#queue.failures,
      ended_connections: this.#cap?.ended ?? 0,
      codec: codecInUse().name,
      rejected_pages: this.#pageCounters.rejected,
      refused_pages: this.#pageCounters.refused,
    };
  }

  #answer(request: Request): Response | Promise<Response> {
    const answer = this.#app?.(request) ?? this.#answerLater(request);
    // Bun takes the trailers of a body for a request that is none, and would answer that as well.
    const isLast = request.headers.has("trailer") || this.#turns.isHogged(request, this.#connectionOf);
    return isLast ? lastOf(answer) : answer;
  }

  /** Undefined when it has ended. */
  readonly #connectionOf = (request: Request): string | undefined => {
    const from = this.#server?.requestIP(request);
    return from ? `${from.address}:${from.port}` : undefined;
  };

  async #answerLater(request: Request): Promise<Response> {
    const app = await this.#loaded.promise;
    // Who gave up while a large ring was read back will send it again: taken now, it would be there twice.
    return request.signal.aborted ? new Response() : app(request);
  }

  #streams(
    sinks: Readonly<Record<Stream, LineSink>>,
    allowedHosts: ReadonlySet<string>,
  ): Readonly<Record<Stream, ReceiveDeps>> {
    const { maxRequestBytes, nestingMax, onFatal } = this.#options;
    const limits = { maxRequestBytes, nestingMax, allowedHosts };
    return mapStreams((stream): ReceiveDeps => ({
      stream,
      limits,
      sink: sinks[stream],
      counters: this.#counters[stream],
      inFlight: this.#inFlight,
      turns: this.#turns,
      decoder: this.#decoder,
      held: this.#held,
      isStopping: () => this.#isStopping,
      connectionOf: this.#connectionOf,
      ...(onFatal !== undefined && STREAM_TABLE[stream].signal === "logs" && { onFatal }),
    }));
  }

  /** Resolves when only readers of the live page are left that do not take their end, if ever. */
  async #onlyStreamsLeft(server: Server, deadline: AbortSignal): Promise<void> {
    const open = (): number => this.#options.live?.door.openStreams ?? 0;
    while (open() > 0 && !deadline.aborted) {
      await sleep(STREAM_END_MS, deadline);
      if (server.pendingRequests <= open()) return;
    }
    await new Promise(() => {});
  }

  async #stop(deadline: AbortSignal): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const cut = Promise.withResolvers<void>();
    const cutOff = (): void => cut.resolve();
    if (deadline.aborted) cutOff();
    deadline.addEventListener("abort", cutOff, { once: true });
    await Promise.race([server.stop(), cut.promise, this.#onlyStreamsLeft(server, deadline)]);
    deadline.removeEventListener("abort", cutOff);
    this.#cap?.close();
    this.#queue.close();
    this.#inFlight.close();
    this.#watch.close();
    await server.stop(true);
  }
}

/** The answer, with which its connection ends. */
async function lastOf(answer: Response | Promise<Response>): Promise<Response> {
  const last = await answer;
  last.headers.set("connection", "close");
  return last;
}
