import { Receiver, type ReceiverOptions } from "../../src/http/receiver.ts";
import type { Control, JobMark, MarkAnswer } from "../../src/job-pipeline.ts";
import { type LineSink, mapStreams, type StatsValue } from "../../src/pipeline.ts";
import { sleep } from "../../src/lib/sleep.ts";

const SINK: LineSink = { lineMaxBytes: 1_000_000, offer: () => "accepted" };
const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/** What is behind the control of an agent, and remembers what it was asked. */
export class ControlStandIn implements Control {
  readonly marks: JobMark[] = [];
  flushes = 0;
  answer: MarkAnswer = { traceparent: TRACEPARENT };
  linesLeft = 0;
  /** How long a flush takes. */
  flushMs = 0;
  seen: StatsValue = { jobs: [] };

  async flush(wait: AbortSignal): Promise<{ readonly linesLeft: number }> {
    this.flushes++;
    const isDone = this.flushMs === 0 || (await sleep(this.flushMs, wait));
    return { linesLeft: isDone ? this.linesLeft : 7 };
  }

  mark(mark: JobMark): MarkAnswer {
    this.marks.push(mark);
    return this.answer;
  }

  jobs(): StatsValue {
    return this.seen;
  }
}

/** The real receiver on a free port, with a control behind it. `await using` stops it. */
export class ControlServer implements AsyncDisposable {
  readonly #receiver: Receiver;

  private constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  static async start(change: Pick<ReceiverOptions, "control"> & Partial<ReceiverOptions>): Promise<ControlServer> {
    const receiver = new Receiver({
      host: "127.0.0.1",
      port: 0,
      allowedHosts: [],
      maxRequestBytes: 100_000,
      inFlightMaxBytes: 150_000,
      nestingMax: 100,
      reports: { health: () => ({ body: {}, isUnhealthy: false }), stats: () => ({}), metrics: () => "" },
      ...change,
    });
    await receiver.listen();
    await receiver.serve(mapStreams(() => SINK));
    return new ControlServer(receiver);
  }

  get port(): number {
    return this.#receiver.port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Waits for what is under way. */
  stop(): Promise<void> {
    return this.#receiver.stop(AbortSignal.timeout(5000));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#receiver.stop(AbortSignal.abort());
  }
}
