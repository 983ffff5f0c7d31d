import { connect, type Socket } from "node:net";

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * One TCP connection with HTTP/1.1 by hand: for what a client library would not do, or would hide. `await using`
 * closes it.
 */
export class RawConnection implements AsyncDisposable {
  readonly #socket: Socket;
  #received = "";
  #isClosed = false;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#received += chunk.toString("latin1");
      this.#wake();
    });
    const closed = (): void => {
      this.#isClosed = true;
      this.#wake();
    };
    socket.on("close", closed);
    socket.on("error", closed);
  }

  static open(port: number): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new RawConnection(socket)));
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Writes bytes as they are; text as UTF-8. */
  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** A whole request with Content-Length. */
  request(line: string, headers: Readonly<Record<string, string>>, body: string | Uint8Array = ""): void {
    const length = Buffer.byteLength(body);
    const all = { host: "127.0.0.1", "content-length": String(length), ...headers };
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    this.write(Buffer.concat([Buffer.from(`${line} HTTP/1.1\r\n${head.join("")}\r\n`), Buffer.from(body)]));
  }

  /** A whole request whose body comes in these chunks, without a length, and `trailers` (lines) behind them. */
  chunked(line: string, headers: Readonly<Record<string, string>>, chunks: readonly Uint8Array[], trailers = ""): void {
    const all = { host: "127.0.0.1", "transfer-encoding": "chunked", ...headers };
    const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    this.write(`${line} HTTP/1.1\r\n${head.join("")}\r\n`);
    for (const chunk of chunks) {
      this.write(Buffer.concat([Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from("\r\n")]));
    }
    this.write(`0\r\n${trailers}\r\n`);
  }

  /** The next answer. Rejects after `timeoutMs`, and when the connection ends without one. */
  async answer(timeoutMs = 10_000): Promise<RawAnswer> {
    const deadlineAt = performance.now() + timeoutMs;
    for (;;) {
      const answer = this.#take();
      if (answer !== undefined) return answer;
      if (this.#isClosed) throw new Error(`Cannot read an answer: the connection is closed after "${this.#received}"`);
      await this.#change(deadlineAt - performance.now());
    }
  }

  /** Waits until the other side has closed it, at most `timeoutMs`; whether it has. */
  async closed(timeoutMs = 5000): Promise<boolean> {
    const deadlineAt = performance.now() + timeoutMs;
    while (!this.#isClosed && performance.now() < deadlineAt) {
      await Promise.race([this.#change(timeoutMs + 1000), Bun.sleep(deadlineAt - performance.now())]);
    }
    return this.#isClosed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }

  async #change(timeoutMs: number): Promise<void> {
    const changed = new Promise<boolean>((resolve) => (this.#wake = () => resolve(true)));
    const inTime = await Promise.race([changed, Bun.sleep(Math.max(0, timeoutMs))]);
    if (inTime === undefined) throw new Error(`Cannot wait longer for an answer; so far "${this.#received}"`);
  }

  #take(): RawAnswer | undefined {
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return undefined;
    const [statusLine = "", ...lines] = this.#received.slice(0, headEnd).split("\r\n");
    const headers = Object.fromEntries(
      lines.map((line) => [line.split(":", 1).join("").toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
    );
    const status = Number(statusLine.split(" ")[1]);
    if (status === 100) {
      this.#received = this.#received.slice(headEnd + 4);
      return { status, headers, body: "" };
    }
    const bodyEnd = headEnd + 4 + Number(headers["content-length"] ?? 0);
    if (this.#received.length < bodyEnd) return undefined;
    const body = this.#received.slice(headEnd + 4, bodyEnd);
    this.#received = this.#received.slice(bodyEnd);
    return { status, headers, body };
  }
}
