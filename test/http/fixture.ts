import { type App, createApp } from "../../src/http/app.ts";
import type { ControlOptions } from "../../src/http/control.ts";
import type { Peer } from "../../src/lib/peer-uids.ts";
import { HeldAnswers } from "../../src/http/held-answers.ts";
import { InFlight } from "../../src/http/in-flight.ts";
import { ReasonCounters, StreamCounters } from "../../src/http/counters.ts";
import { Decoder } from "../../src/http/decoder.ts";
import type { LiveRouteOptions } from "../../src/http/live.ts";
import { LoopTurns } from "../../src/http/loop-turns.ts";
import type { ReceiveDeps } from "../../src/http/receive.ts";
import { WorkerQueue } from "../../src/http/worker-queue.ts";
import { TestClock } from "../support/test-clock.ts";
import { mapStreams, type OfferResult, type Sender, STREAMS, type Stats, type Stream } from "../../src/pipeline.ts";

/** The HTTP surface over a plain list instead of rings: no port, no file. */
export class HttpFixture {
  readonly lines: { stream: Stream; line: string }[] = [];
  /** Who sent each of them. */
  readonly senders: Sender[] = [];
  readonly inFlight = new InFlight({ maxBytes: 64 * 1024, maxRequestBytes: 10_000 });
  readonly tokens: string[] = [];
  readonly turns = new LoopTurns();
  readonly queue = new WorkerQueue();
  readonly clock = new TestClock();
  readonly held = new HeldAnswers(this.clock);
  readonly stop = new AbortController();
  answer: OfferResult = "accepted";
  /** Lines with a FATAL record that were taken. */
  fatals = 0;
  /** Thrown by the ring, which should never be. */
  defect: Error | undefined;
  isStopping = false;
  isUnhealthy = false;
  readonly pageCounters = new ReasonCounters();
  readonly #counters = new Map(STREAMS.map((stream) => [stream, new StreamCounters()]));
  readonly #decoder = new Decoder({ turns: this.turns, queue: this.queue, onBody: () => {}, onWait: () => {} });
  readonly #app: App;
  /** Who sends; undefined when the connection has ended. */
  peer: Peer | undefined = { address: "127.0.0.1", port: 50_000 };
  /** Whose connection it is. */
  peerUids: readonly number[] | undefined = [0];

  /** `control` is behind `/control/*`, `live` behind `/` and `/live/*`. */
  constructor(control?: ControlOptions, live?: LiveRouteOptions) {
    this.#app = createApp({
      turns: this.turns,
      streams: mapStreams((stream) => this.#deps(stream)),
      pageCounters: this.pageCounters,
      allowedHosts: new Set(["runner.internal"]),
      reports: {
        health: () => ({ body: { status: "healthy" }, isUnhealthy: this.isUnhealthy }),
        stats: () => ({ is_running: true }),
        metrics: () => "warp_telemetry_up 1\n",
      },
      ownToken: { header: "x-token", seen: (value) => (this.tokens.push(value), value === "right") },
      ...(live !== undefined && { live }),
      control: {
        ...(control !== undefined && { options: control }),
        stop: this.stop.signal,
        own: () => ({ address: "127.0.0.1", port: 33_931 }),
        peerOf: () => this.peer,
        uidsOf: () => this.peerUids,
      },
    });
  }

  async send(
    path: string,
    init: Omit<RequestInit, "headers"> & { headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const headers = { host: "127.0.0.1:33931", "content-type": "application/json", ...init.headers };
    return this.#app(new Request(`http://127.0.0.1:33931${path}`, { method: "POST", ...init, headers }));
  }

  stats(stream: Stream = "logs"): Stats {
    return this.#counters.get(stream)?.stats() ?? {};
  }

  #deps(stream: Stream): ReceiveDeps {
    return {
      stream,
      counters: this.#counters.get(stream) ?? new StreamCounters(),
      limits: { maxRequestBytes: 10_000, nestingMax: 100, allowedHosts: new Set(["runner.internal"]) },
      inFlight: this.inFlight,
      turns: this.turns,
      isStopping: () => this.isStopping,
      connectionOf: () => "the only one",
      decoder: this.#decoder,
      held: this.held,
      ...(stream === "logs" && { onFatal: () => void this.fatals++ }),
      sink: {
        lineMaxBytes: 8000,
        offer: (line, sender = "other") => {
          if (this.defect !== undefined) throw this.defect;
          if (line.length > 8000) return "too-large";
          if (this.answer === "accepted") {
            this.lines.push({ stream, line: Buffer.from(line).toString() });
            this.senders.push(sender);
          }
          return this.answer;
        },
      },
    };
  }
}

/** One log record with this body, as an OTLP/JSON request. */
export function logsJson(body: string): string {
  const record = { timeUnixNano: "1700000000000000000", body: { stringValue: body } };
  return JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
}
