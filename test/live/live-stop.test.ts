/** Readers of the real HTTP surface at a stop: Bun's own would wait for one that does not read. */
import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "bun:test";
import type { LiveDoor } from "../../src/http/live.ts";
import { Receiver } from "../../src/http/receiver.ts";
import { LiveReaders } from "../../src/live/live-readers.ts";
import { readLivePage } from "../../src/live/live-page.ts";
import { mapStreams } from "../../src/pipeline.ts";
import { eventually } from "../support/eventually.ts";
import { LiveReader } from "../support/live-reader.ts";
import { logLine } from "./otlp-line.ts";
import { loopTurns } from "../support/turns.ts";

const NEVER = new AbortController().signal;
const CHUNK = Buffer.from(`: ${"x".repeat(256 * 1024)}\n\n`);
const HEAD = "HTTP/1.1\r\nHost: localhost\r\n";

async function serving() {
  const state = Buffer.from("event: state\ndata: {}\n\n");
  const readers = new LiveReaders({ whole: () => state, onChange: () => {} });
  let looks = 0;
  const door: LiveDoor = {
    page: readLivePage,
    get openStreams() {
      looks++;
      return readers.size;
    },
    isToken: () => false,
    state: () => "{}",
    connect: (maySeeTexts, gone) => readers.connect(maySeeTexts, gone),
    end: () => readers.end(),
  };
  const receiver = new Receiver({
    host: "127.0.0.1",
    port: 0,
    allowedHosts: [],
    maxRequestBytes: 100_000,
    inFlightMaxBytes: 150_000,
    nestingMax: 100,
    reports: { health: () => ({ body: {}, isUnhealthy: false }), stats: () => ({}), metrics: () => "" },
    live: { door },
  });
  await receiver.listen();
  await receiver.serve(mapStreams(() => ({ lineMaxBytes: 1_000_000, offer: () => "accepted" as const })));
  return {
    receiver,
    readers,
    /** How often it was looked whether readers are left. */
    looks: () => looks,
  };
}

/** A reader that takes nothing, once its socket is full. */
async function deaf(port: number, readers: LiveReaders) {
  const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data: () => {} } });
  socket.pause();
  socket.write(`GET /live/events ${HEAD}\r\n`);
  await eventually("a reader", () => readers.size > 0);
  // The kernel takes some four megabytes in its place.
  for (let n = 0; n < 60; n++) {
    readers.send(CHUNK);
    await loopTurns();
  }
  return socket;
}

describe("Receiver.stop() with readers of the live page", () => {
  test("ends who reads, and does not wait for who does not", async () => {
    const { receiver, readers } = await serving();
    const reader = await LiveReader.connect(`http://127.0.0.1:${receiver.port}`);
    const socket = await deaf(receiver.port, readers);
    expect(readers.size).toBe(2);
    await receiver.stop(NEVER);
    await reader.ended;
    expect(readers.size).toBe(0);
    socket.terminate();
  });

  test("waits for a request all the same", async () => {
    const { receiver, readers, looks } = await serving();
    const socket = await deaf(receiver.port, readers);
    const body = logLine("late");
    const sender = connect(receiver.port, "127.0.0.1");
    await once(sender, "connect");
    sender.write(`POST /v1/logs ${HEAD}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`);
    sender.write(body.subarray(0, 10));
    await eventually("the beginning of the body", () => receiver.inFlightBytes > 0);
    let isStopped = false;
    const stopped = receiver.stop(NEVER).then(() => (isStopped = true));
    const before = looks();
    await eventually("some looks at who is left", () => looks() > before + 4);
    expect(isStopped).toBe(false);
    const answer = once(sender, "data");
    sender.write(body.subarray(10));
    expect(String((await answer)[0])).toStartWith("HTTP/1.1 200");
    await stopped;
    socket.terminate();
    sender.destroy();
  });
});
