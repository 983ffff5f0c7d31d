/** The known floods of HTTP/2, which Bun speaks for us: each is bounded or cut off, and an honest sender beside it is served. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type Socket } from "node:net";
import type { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { HonestSender } from "../support/honest-sender.ts";
import { peakBytes } from "../support/peak-memory.ts";
import { metricsJson } from "../support/samples.ts";
import { startAgent } from "../support/start-agent.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const DATA = 0;
const HEADERS = 1;
const RESET = 3;
const SETTINGS = 4;
const PING = 6;
const CONTINUATION = 9;
const END_HEADERS = 4;
const END_STREAM = 1;
const FRAME_MAX_BYTES = 16_384;
/** The agent itself, the bodies that it lets in at once, and the heads of 50,000 streams. */
const PEAK_MAX_MIB = 384;

const agentOnly = needs("executable");

/** RFC 9113 §4.1. */
function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** RFC 7541 §6.2.2: a header that no table knows, both texts below 127 bytes. */
function field(name: string, value: string): Buffer {
  return Buffer.from(
    `\0${String.fromCharCode(name.length)}${name}${String.fromCharCode(value.length)}${value}`,
    "latin1",
  );
}

function requestHead(port: number): Buffer {
  return Buffer.concat([
    field(":method", "POST"),
    field(":scheme", "http"),
    field(":path", "/v1/logs"),
    field(":authority", `127.0.0.1:${port}`),
    field("content-type", "application/json"),
  ]);
}

/** The stream identifiers of a client are odd (RFC 9113 §5.1.1). */
function streams(count: number): number[] {
  return Array.from({ length: count }, (_, index) => 2 * index + 1);
}

async function begin(agent: Agent): Promise<Socket> {
  const socket = connect(agent.port, "127.0.0.1");
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  socket.write(Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(SETTINGS, 0, 0)]));
  return socket;
}

interface Flood {
  readonly name: string;
  readonly connections: number;
  readonly frames: (head: Buffer) => Buffer[];
  /** Whether the connection is ended for it. */
  readonly isCutOff: boolean;
}

const FLOODS: readonly Flood[] = [
  {
    name: "a head that never ends (CONTINUATION)",
    connections: 4,
    frames: (head) => [
      frame(HEADERS, 0, 1, head),
      ...streams(20_000).map(() =>
        frame(CONTINUATION, 0, 1, Buffer.alloc(FRAME_MAX_BYTES, field("x", "y".repeat(100)))),
      ),
    ],
    isCutOff: true,
  },
  {
    name: "requests that are taken back at once (rapid reset)",
    connections: 4,
    frames: (head) =>
      streams(100_000).flatMap((id) => [
        frame(HEADERS, END_HEADERS | END_STREAM, id, head),
        frame(RESET, 0, id, Buffer.from([0, 0, 0, 8])),
      ]),
    isCutOff: true,
  },
  {
    name: "a thousand streams a connection that stall",
    connections: 50,
    frames: (head) =>
      streams(1000).flatMap((id) => [frame(HEADERS, END_HEADERS, id, head), frame(DATA, 0, id, Buffer.from("{"))]),
    isCutOff: false,
  },
  {
    name: "small requests that wait for no answer",
    connections: 4,
    frames: (head) =>
      streams(20_000).flatMap((id) => [
        frame(HEADERS, END_HEADERS, id, head),
        frame(DATA, END_STREAM, id, Buffer.from(metricsJson(`flood-${id}`))),
      ]),
    isCutOff: false,
  },
  {
    name: "settings and pings that want to be acknowledged",
    connections: 4,
    frames: () => streams(50_000).flatMap(() => [frame(SETTINGS, 0, 0), frame(PING, 0, 0, Buffer.alloc(8, 1))]),
    isCutOff: false,
  },
  {
    name: "a body that never ends",
    connections: 4,
    frames: (head) => [
      frame(HEADERS, END_HEADERS, 1, head),
      ...streams(10_000).map(() => frame(DATA, 0, 1, Buffer.alloc(FRAME_MAX_BYTES, "x"))),
    ],
    isCutOff: false,
  },
];

describe.skipIf(agentOnly.missing || process.platform !== "linux")(
  agentOnly.title("HTTP/2 in the hands of a job"),
  () => {
    test.each(FLOODS)("$name", async ({ connections, frames, isCutOff }) => {
      await using store = await FolderStore.start();
      await using base = await TempDir.create("base");
      await using agent = await startAgent(store, base);
      const flood = Buffer.concat(frames(requestHead(agent.port)));
      const sockets = await Promise.all(Array.from({ length: connections }, () => begin(agent)));
      let ended = 0;
      for (const socket of sockets) socket.once("close", () => ended++);
      const honest = new HonestSender(agent).start();
      for (const socket of sockets) {
        socket.resume();
        socket.write(flood);
      }
      await Bun.sleep(3000);
      await honest.stop();
      expect(honest.failures).toEqual([]);
      expect(ended).toBe(isCutOff ? connections : 0);
      expect(peakBytes(agent.pid) / 2 ** 20).toBeLessThan(PEAK_MAX_MIB);
      for (const socket of sockets) socket.destroy();
    });
  },
);
