import { HostFile } from "./host-file.ts";
import type { MetricsBatch } from "./metrics-batch.ts";
import { METRICS, RECEIVED, SENT } from "./metrics.ts";
import type { Series } from "./series.ts";

const MS_PER_SECOND = 1000;

/** The bytes that go through the machine's ports. */
export class Network {
  readonly #root: string;
  readonly #received: Series;
  readonly #sent: Series;
  #ports: readonly Port[] = [];
  #lastAtMs = Number.NaN;

  constructor(root: string, batch: MetricsBatch) {
    this.#root = root;
    this.#received = batch.series(METRICS.network, RECEIVED);
    this.#sent = batch.series(METRICS.network, SENT);
  }

  get ports(): readonly string[] {
    return this.#ports.map(({ name }) => name);
  }

  /** Which interfaces are counted from now on. One that is new counts from its first reading. */
  use(names: readonly string[]): void {
    for (const port of this.#ports) if (!names.includes(port.name)) port.close();
    this.#ports = names.map(
      (name) => this.#ports.find((port) => port.name === name) ?? new Port(name, `${this.#root}/sys/class/net/${name}`),
    );
  }

  /**
   * Bytes a second of all ports together since the last reading, so none at the first one. A port that has gone away is
   * left out. `nowMs` is monotonic, `timeMs` Unix time. Never throws.
   */
  read(nowMs: number, timeMs: number): void {
    let received = 0;
    let sent = 0;
    for (const port of this.#ports) {
      port.read();
      received += port.received;
      sent += port.sent;
    }
    const seconds = (nowMs - this.#lastAtMs) / MS_PER_SECOND;
    this.#lastAtMs = nowMs;
    if (!(seconds > 0)) return;
    this.#received.add(timeMs, received / seconds);
    this.#sent.add(timeMs, sent / seconds);
  }

  close(): void {
    for (const port of this.#ports) port.close();
  }
}

/** An interface's counters. */
class Port {
  readonly name: string;
  readonly #receivedFile: HostFile;
  readonly #sentFile: HostFile;
  #receivedBefore = Number.NaN;
  #sentBefore = Number.NaN;
  #received = 0;
  #sent = 0;

  constructor(name: string, folder: string) {
    this.name = name;
    this.#receivedFile = new HostFile(`${folder}/statistics/rx_bytes`);
    this.#sentFile = new HostFile(`${folder}/statistics/tx_bytes`);
  }

  /** Bytes between the last two readings; 0 after the first one, and when the counter was set back. */
  get received(): number {
    return this.#received;
  }

  get sent(): number {
    return this.#sent;
  }

  read(): void {
    const received = count(this.#receivedFile);
    const sent = count(this.#sentFile);
    this.#received = received > this.#receivedBefore ? received - this.#receivedBefore : 0;
    this.#sent = sent > this.#sentBefore ? sent - this.#sentBefore : 0;
    this.#receivedBefore = received;
    this.#sentBefore = sent;
  }

  close(): void {
    this.#receivedFile.close();
    this.#sentFile.close();
  }
}

/** NaN when the interface is gone. */
function count(file: HostFile): number {
  try {
    return file.read().next();
  } catch {
    return Number.NaN;
  }
}
