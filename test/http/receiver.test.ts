import { describe, expect, test } from "bun:test";
import { connect, createServer, type Socket } from "node:net";
import { once } from "node:events";
import { Receiver, type ReceiverOptions } from "../../src/http/receiver.ts";
import { ListenError } from "../../src/http/take-port.ts";
import { type LineSink, mapStreams } from "../../src/pipeline.ts";
import { portOwner } from "../../src/lib/port-owner.ts";
import { eventually } from "../support/eventually.ts";
import { listening } from "../support/listening.ts";
import { loneConnection } from "../support/lone-connection.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { rejectionOf } from "../support/rejection.ts";
import { loopTurns } from "../support/turns.ts";
import { logsJson } from "./fixture.ts";

const NEVER = new AbortController().signal;
const SINK: LineSink = { lineMaxBytes: 1_000_000, offer: () => "accepted" };
const SINKS = mapStreams(() => SINK);

function receiver(change: Partial<ReceiverOptions> = {}): Receiver {
  return new Receiver({
    host: "127.0.0.1",
    port: 0,
    allowedHosts: [],
    maxRequestBytes: 100_000,
    inFlightMaxBytes: 150_000,
    nestingMax: 100,
    reports: {
      health: () => ({ body: {}, isUnhealthy: false }),
      stats: () => ({}),
      metrics: () => "",
    },
    ...change,
  });
}

async function serving(change: Partial<ReceiverOptions> = {}, sinks = SINKS): Promise<Receiver> {
  const subject = receiver(change);
  await subject.listen();
  await subject.serve(sinks);
  return subject;
}

function request(body: string): string {
  return `POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** Sends what `text` is, and lets the server read it. */
async function arrived(port: number, text: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  await new Promise((resolve) => socket.write(text, resolve));
  await loopTurns(20);
  return socket;
}

/** Sends a request head and part of its body, and leaves it there. */
async function stalled(port: number, contentLength: number, bytes: number) {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  const head = `POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${contentLength}\r\n\r\n`;
  socket.write(head + "x".repeat(bytes));
  return socket;
}

describe("portOwner()", () => {
  test("knows a listener, a connection, and what is left of one", async () => {
    const server = createServer((socket) => socket.resume());
    const target = await listening(server);
    expect(portOwner(target, "127.0.0.1")).toMatchObject({
      kind: "listener",
      uid: process.geteuid?.(),
      process: { pid: process.pid },
    });
    const outgoing = connect(target, "127.0.0.1");
    await once(outgoing, "connect");
    const port = outgoing.localPort ?? 0;
    expect(portOwner(port, "127.0.0.1")).toEqual({ kind: "outgoing" });
    expect(portOwner(target, "127.0.0.2")).not.toMatchObject({ kind: "listener" });
    outgoing.end();
    await once(outgoing, "close");
    await eventually("TIME_WAIT", () => portOwner(port, "127.0.0.1").kind === "closing");
    server.close();
  });
});

describe("Receiver.listen()", () => {
  test("names who listens on a port that is taken", async () => {
    const other = createServer();
    const port = await listening(other);
    const error = await receiver({ port })
      .listen()
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ListenError);
    expect(String(error)).toMatch(new RegExp(`127.0.0.1:${port}: .+ \\(pid ${process.pid}\\) listens there`));
    other.close();
  });

  test("does not share its port with another agent", async () => {
    const first = receiver();
    await first.listen();
    expect(await rejectionOf(receiver({ port: first.port }).listen())).toMatchObject({
      message: expect.stringMatching(/\(pid \d+\) listens there/),
    });
    await first.stop(NEVER);
  });

  test("lets a request wait until it is served", async () => {
    const subject = receiver();
    await subject.listen();
    const socket = await arrived(subject.port, request(logsJson("early")));
    let answer: string | undefined;
    socket.once("data", (bytes) => (answer = String(bytes)));
    await loopTurns(20);
    expect(answer).toBeUndefined();
    await subject.serve(SINKS);
    await eventually("the answer", () => answer?.startsWith("HTTP/1.1 200"));
    expect(subject.stats("logs")).toMatchObject({ accepted_requests: 1 });
    socket.destroy();
    await subject.stop(NEVER);
  });

  test.each(["GET /health", "POST /v1/logs"])("lets go of %s when the start fails", async (line) => {
    const subject = receiver();
    await subject.listen();
    const socket = await arrived(subject.port, `${line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}`);
    await subject.stop(AbortSignal.abort());
    socket.destroy();
  });

  test("does not take what its sender has given up meanwhile", async () => {
    const subject = receiver();
    await subject.listen();
    const givenUp = await arrived(subject.port, request(logsJson("1")));
    givenUp.destroy();
    await once(givenUp, "close");
    await loopTurns(20);
    await subject.serve(SINKS);
    const socket = await arrived(subject.port, request(logsJson("2")));
    await eventually("the other to be taken", () => subject.stats("logs")["accepted_requests"] === 1);
    await loopTurns(20);
    expect(subject.stats("logs")).toMatchObject({ accepted_requests: 1 });
    socket.destroy();
    await subject.stop(NEVER);
  });

  test("tries again while only an outgoing connection holds the port", async () => {
    const accepted: Socket[] = [];
    const server = createServer((socket) => accepted.push(socket.resume()));
    const port = await loneConnection(await listening(server));
    const subject = receiver({ port });
    const log = captureLog();
    const started = subject.listen();
    expect(log.join()).toContain("Port held by an outgoing connection; trying again");
    releaseLog();
    // Who closes first keeps its port for the minute of TIME_WAIT; here that is the far end.
    for (const socket of accepted) socket.end();
    await started;
    expect(subject.port).toBe(port);
    await subject.stop(NEVER);
    server.close();
    // On a busy machine somebody may take the port in between, which is waited out.
  }, 90_000);

  test("says what is wrong with an address that is not ours", async () => {
    expect(await rejectionOf(receiver({ host: "192.0.2.1" }).listen())).toMatchObject({
      message: expect.stringContaining("Cannot listen on 192.0.2.1:0: EADDRNOTAVAIL"),
    });
  });
});

describe("Receiver", () => {
  test("takes the next large body in place of one that stalls, whose sender hears 503 and may go on", async () => {
    const subject = await serving();
    const socket = await stalled(subject.port, 90_000, 89_999);
    await eventually("the body", () => subject.inFlightBytes >= 90_000);
    const taken = await fetch(`http://127.0.0.1:${subject.port}/v1/logs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: logsJson("x".repeat(80_000)),
    });
    expect(taken.status).toBe(200);
    const [answer] = await once(socket, "data");
    expect(String(answer)).toMatch(/^HTTP\/1.1 503 [\s\S]*retry-after: 2/i);
    expect([subject.inFlightBytes, subject.stats("logs")["refused_requests"]]).toEqual([0, { "in-flight-full": 1 }]);
    socket.write("x" + request(logsJson("next on the same connection")));
    const [next] = await once(socket, "data");
    expect(String(next)).toStartWith("HTTP/1.1 200");
    socket.destroy();
    await subject.stop(NEVER);
  });

  test.each(["a", "ci", "runner.internal:80"])("finds the path behind the Host %s", async (host) => {
    const subject = await serving({ allowedHosts: ["a", "ci", "runner.internal"] });
    const socket = connect(subject.port, "127.0.0.1");
    socket.write(
      `POST /v1/logs HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
    );
    const [answer] = await once(socket, "data");
    expect(String(answer)).toStartWith("HTTP/1.1 200");
    socket.destroy();
    await subject.stop(NEVER);
  });

  test("answers a body far beyond every limit itself, with a Status", async () => {
    const subject = await serving();
    const socket = await stalled(subject.port, 100_000_000_000, 10);
    const [data] = await once(socket, "data");
    expect(String(data)).toMatch(
      /^HTTP\/1.1 413 [\s\S]*Connection: close[\s\S]*Cannot take the body: it has at least 100000000000 bytes/i,
    );
    expect(subject.stats("logs")).toMatchObject({ rejected_requests: { "too-large": 1 } });
    socket.destroy();
    await subject.stop(NEVER);
  });

  test("refuses a Content-Length that was sent twice, and goes on counting", async () => {
    const subject = await serving();
    const socket = connect(subject.port, "127.0.0.1");
    socket.write(
      "POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    );
    const [answer] = await once(socket, "data");
    expect(String(answer)).toStartWith("HTTP/1.1 400");
    expect(subject.inFlightBytes).toBe(0);
    socket.destroy();
    await subject.stop(NEVER);
  });

  test("stop() finishes what is in flight and takes nothing new", async () => {
    const lines: string[] = [];
    const sink: LineSink = {
      lineMaxBytes: 1_000_000,
      offer: (line) => (lines.push(Buffer.from(line).toString()), "accepted"),
    };
    const subject = await serving({}, { ...SINKS, logs: sink });
    const body = logsJson("in flight");
    const socket = await stalled(subject.port, body.length, 0);
    socket.write(body.slice(0, 10));
    await eventually("the beginning of the body", () => subject.inFlightBytes > 0);
    const stopped = subject.stop(NEVER);
    const late = fetch(`http://127.0.0.1:${subject.port}/v1/logs`, { method: "POST", body: "{}" });
    expect(await rejectionOf(late)).toBeInstanceOf(Error);
    socket.write(body.slice(10));
    const [answer] = await once(socket, "data");
    expect(String(answer)).toStartWith("HTTP/1.1 200");
    await stopped;
    expect(lines).toEqual([body]);
  });

  test("stop() cuts off what does not finish in time", async () => {
    const subject = await serving();
    const socket = await stalled(subject.port, 1000, 10);
    await eventually("the beginning of the body", () => subject.inFlightBytes > 0);
    await subject.stop(AbortSignal.timeout(200));
    socket.destroy();
  });
});

describe("large bodies", () => {
  test("arrive whole, one after the other and beside each other, in memory that is used again", async () => {
    const lines: string[] = [];
    const keep: LineSink["offer"] = (line) => (lines.push(Bun.hash(line).toString()), "accepted");
    const sink: LineSink = { lineMaxBytes: 20_000_000, offer: keep };
    const subject = await serving(
      { maxRequestBytes: 5_000_000, inFlightMaxBytes: 50_000_000 },
      { ...SINKS, logs: sink },
    );
    const bodies = Array.from({ length: 12 }, (_, n) => logsJson(String(n % 10).repeat(1_200_000 + n * 200_000)));
    const send = async (body: string): Promise<void> => {
      const headers = { "content-type": "application/json" };
      const url = `http://127.0.0.1:${subject.port}/v1/logs`;
      expect((await fetch(url, { method: "POST", headers, body })).status).toBe(200);
    };
    for (const body of bodies.slice(0, 4)) await send(body);
    await Promise.all(bodies.slice(4).map(send));
    const sent = bodies.map((body) => Bun.hash(Buffer.from(body)).toString());
    expect(lines.toSorted()).toEqual(sent.toSorted());
    expect(subject.inFlightBytes).toBe(0);
    await subject.stop(NEVER);
  });
});
