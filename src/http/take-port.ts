import { systemCode } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import { listenerName, type PortOwner, portOwner } from "../lib/port-owner.ts";
import { sleep } from "../lib/sleep.ts";
import { limitReceiveBuffers } from "../lib/tcp-sockets.ts";

/**
 * How long a port that an outgoing connection holds is tried again: 33931 is in Linux's ephemeral range. What is left of
 * a connection that was closed holds it for the minute of TIME_WAIT, and is waited for so long.
 */
const PORT_WAIT_MS = 30_000;
const PORT_CLOSING_WAIT_MS = 75_000;
const PORT_RETRY_MS = 250;
/** Between two looks at who has the port: each reads all connections of the machine. */
const PORT_LOOK_MS = 5000;
/** Bun closes a connection that is idle this long; the Collector's own server does so after a minute, too. */
const IDLE_TIMEOUT_SECONDS = 60;
/** Out of reach: the answer that Bun gives by itself has no Status and cannot be counted. Ours comes before any byte is read. */
const NO_LIMIT_OF_BUN = 2 ** 40;
/**
 * What the kernel keeps of a connection until Bun reads it. In a turn of the event loop Bun reads all of that, of every
 * connection; left to itself the kernel keeps up to 6 MB, and 64 senders of large bodies made turns of 90 ms.
 */
export const RECEIVE_BUFFER_BYTES = 128 * 1024;

export type Server = Bun.Server<undefined>;

type Answer = (request: Request) => Response | Promise<Response>;

export interface Address {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

const log = logOf("http");

/** Raised when the receiver cannot listen. The message names the address, who holds it, and the next step. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/**
 * Resolves when connections are taken; each request goes to `answer`. The port is ours alone: two agents that share one
 * would each get half (a name with several addresses means the first that is free). One that only an outgoing
 * connection holds is tried again for 30 s, for 75 s when it is being closed. Rejects with ListenError.
 */
export async function takePort({ host, port }: Address, answer: Answer, abort?: AbortSignal): Promise<Server> {
  const beganAtMs = performance.now();
  let owner: PortOwner | undefined;
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  for (;;) {
    try {
      return serve({ host, port }, answer);
    } catch (error) {
      const code = systemCode(error);
      if (code !== "EADDRINUSE") {
        throw new ListenError(
          `Cannot listen on ${host}:${port}: ${code ?? String(error)}; choose another --host or --port`,
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
      throw new ListenError(`Cannot listen on ${host}:${port}: ${ownerText(owner)}; stop it or choose another --port`);
    }
    await sleep(PORT_RETRY_MS, abort);
  }
}

/** Listens now. Throws the system's error. */
function serve({ host, port }: Address, answer: Answer): Server {
  const server = Bun.serve({
    hostname: host,
    port,
    reusePort: false,
    development: false,
    idleTimeout: IDLE_TIMEOUT_SECONDS,
    // OTLP/HTTP may come over either, and clients of gRPC, which speak HTTP/2 only, hear from us why they are not taken.
    http2: true,
    maxRequestBodySize: NO_LIMIT_OF_BUN,
    fetch: answer,
  });
  if (server.port !== undefined) limitReceiveBuffers(server.port, RECEIVE_BUFFER_BYTES);
  return server;
}

function ownerText(owner: PortOwner | undefined): string {
  if (owner?.kind !== "listener") return "an outgoing connection holds it";
  return `${listenerName(owner) ?? "another process"} listens there`;
}
