import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { eventually } from "./eventually.ts";

/**
 * What happens to one request. `status`: answered by the proxy, the server behind never sees it. `reset`: the
 * connection is reset after that many bytes of the body. `hang`: read, never answered. `lose-answer`: done by the
 * server behind, then the connection is cut before the answer. `other-answer`: done by the server behind, but answered by
 * the proxy. `slow`: passed on after `ms`.
 */
export type Fault =
  | {
      readonly kind: "status" | "other-answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | { readonly kind: "reset"; readonly afterBytes: number }
  | { readonly kind: "hang" }
  | { readonly kind: "lose-answer" }
  | { readonly kind: "slow"; readonly ms: number };

/** What S3 answers when a presigned URL is too old. */
export const EXPIRED: Fault = {
  kind: "status",
  status: 403,
  headers: { "content-type": "application/xml" },
  body: '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>',
};

/** What a portal or a proxy answers in the place of a store. */
export const PAGE = {
  status: 200,
  headers: { "content-type": "text/html", etag: '"5f3"' },
  body: "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>Log in</body></html>",
} as const;

/** What S3 answers when it is asked too often. */
export const SLOW_DOWN: Fault = {
  kind: "status",
  status: 503,
  headers: { "content-type": "application/xml" },
  body: '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>',
};

/** One request as it came; `status` is what the client got, undefined while or when it got none. */
export interface SeenRequest {
  readonly method: string;
  /** Without the query: that holds the signature. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly atMs: number;
  body: Uint8Array;
  fault: Fault["kind"] | undefined;
  status: number | undefined;
}

export type Program = (request: SeenRequest) => Fault | undefined;

/**
 * An HTTP proxy before one server, which does to requests what the test says. The Host header goes through as the
 * client sent it, so what was signed for the proxy's address is valid behind it. `await using` stops it.
 */
export class FaultProxy implements AsyncDisposable {
  /** Every request since the start, in order. */
  readonly requests: SeenRequest[] = [];
  readonly #upstream: URL;
  #server: Server | undefined;
  #port = 0;
  #program: Program = () => undefined;

  private constructor(upstream: string) {
    this.#upstream = new URL(upstream);
  }

  /** Listens on a free loopback port, faultless. `upstream` is the origin of the server behind. */
  static async start(upstream: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(upstream);
    await proxy.accept();
    return proxy;
  }

  /** `http://127.0.0.1:PORT`, the same through {@link refuse} and {@link accept}. */
  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Asks `program` what to do to each request from now on. */
  program(program: Program): void {
    this.#program = program;
  }

  /** The next `times` requests that match meet `fault`, later ones none. Replaces any program. */
  failNext(fault: Fault, times = 1, matches: (request: SeenRequest) => boolean = () => true): void {
    let left = times;
    this.#program = (seen) => (matches(seen) && left-- > 0 ? fault : undefined);
  }

  /** Every request meets `fault` until {@link heal}. */
  failAll(fault: Fault): void {
    this.#program = () => fault;
  }

  heal(): void {
    this.#program = () => undefined;
  }

  /** Stops listening and cuts every connection: clients are refused. */
  async refuse(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  /** Listens again, on the same port. */
  async accept(): Promise<void> {
    if (this.#server !== undefined) return;
    await eventually(`port ${this.#port} to be free`, () => this.#listen());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.refuse();
  }

  #listen(): Promise<boolean> {
    const server = createServer((incoming, outgoing) => void this.#handle(incoming, outgoing));
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", () => {
        const address = server.address();
        if (address !== null && typeof address !== "string") this.#port = address.port;
        this.#server = server;
        resolve(true);
      });
    });
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const seen: SeenRequest = {
      method: incoming.method ?? "",
      path: (incoming.url ?? "").split("?", 1).join(),
      headers: incoming.headers,
      atMs: performance.now(),
      body: new Uint8Array(),
      fault: undefined,
      status: undefined,
    };
    this.requests.push(seen);
    const fault = this.#program(seen);
    seen.fault = fault?.kind;

    const resetAfterBytes = fault?.kind === "reset" ? fault.afterBytes : undefined;
    const body = await bodyOf(incoming, resetAfterBytes);
    if (body === undefined) return;
    seen.body = body;

    switch (fault?.kind) {
      case "reset":
        incoming.socket.resetAndDestroy();
        return;
      case "hang":
        return;
      case "status":
        seen.status = fault.status;
        outgoing.writeHead(fault.status, { ...fault.headers }).end(fault.body ?? "");
        return;
      case "slow":
        await Bun.sleep(fault.ms);
        break;
      case "lose-answer":
      case "other-answer":
      case undefined:
        break;
    }

    const answer = await this.#passOn(incoming, body);
    if (fault?.kind === "lose-answer") {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (fault?.kind === "other-answer") {
      seen.status = fault.status;
      outgoing.writeHead(fault.status, { ...fault.headers }).end(fault.body ?? "");
      return;
    }
    if (answer === undefined) {
      seen.status = 502;
      outgoing.writeHead(502).end("nothing behind the proxy");
      return;
    }
    seen.status = answer.status;
    outgoing.writeHead(answer.status, answer.headers).end(answer.body);
  }

  /** Undefined when the server behind does not answer. */
  #passOn(incoming: IncomingMessage, body: Uint8Array): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      const forward = request(
        {
          host: this.#upstream.hostname,
          port: this.#upstream.port,
          method: incoming.method,
          path: incoming.url,
          headers: { ...incoming.headers, connection: "close" },
          setHost: false,
        },
        (answer) => {
          void bodyOf(answer, undefined).then((bytes) =>
            resolve(
              bytes === undefined
                ? undefined
                : { status: answer.statusCode ?? 502, headers: endToEnd(answer.headers), body: bytes },
            ),
          );
        },
      );
      forward.once("error", () => resolve(undefined));
      forward.end(body);
    });
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[]>;
  readonly body: Uint8Array;
}

/** The headers that are not about one connection. */
function endToEnd(headers: IncomingMessage["headers"]): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !["connection", "keep-alive", "transfer-encoding"].includes(name)) kept[name] = value;
  }
  return kept;
}

/** Reads a whole body; resets the connection when `resetAfterBytes` are in. Undefined when there was no end. */
async function bodyOf(message: IncomingMessage, resetAfterBytes: number | undefined): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  return await new Promise((resolve) => {
    message.on("data", (chunk: Uint8Array) => {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (resetAfterBytes === undefined || bytes < resetAfterBytes) return;
      resolve(undefined);
      message.socket.resetAndDestroy();
    });
    message.on("end", () => resolve(Buffer.concat(chunks)));
    message.on("error", () => resolve(undefined));
    message.on("close", () => resolve(undefined));
  });
}
