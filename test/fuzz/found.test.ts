/** What the fuzzer has found, each by its name and with as little as it takes. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { answerOf, expectFailure, expectSuccess } from "../conformance/answers.ts";
import { send } from "../conformance/conversation.ts";
import { LiveAgent } from "../conformance/live-agent.ts";
import { RawConnection } from "../conformance/raw-connection.ts";
import { sample } from "../conformance/requests.ts";
import { needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { type Answer, takeAnswer } from "./answer.ts";

setDefaultTimeout(60_000);

/** Far more than the system keeps for a connection, so that a body of this length is still being written when it is answered. */
const LIMIT_BYTES = 8 * 1024 * 1024;
const OVER_BYTES = LIMIT_BYTES + 1024 * 1024;
const CODINGS = { gzip: gzipSync, deflate: deflateSync, zstd: zstdCompressSync } as const;
const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing)(agentOnly.title("found by the fuzzer"), () => {
  let live: LiveAgent;

  beforeAll(async () => {
    live = await LiveAgent.start(["--max-request-bytes", `${LIMIT_BYTES}`, "--in-flight-max-bytes", `${LIMIT_BYTES}`]);
  });

  afterAll(async () => {
    await live?.[Symbol.asyncDispose]();
  });

  // Bun makes a URL of the Host that is none: looking into it threw, and the answer was Bun's page for a 500.
  test.each([
    ["GET /nowhere", "localhost:99999", 404],
    ["GET /nowhere", "[", 404],
    ["PUT /v1/logs", "localhost:99999", 405],
    ["PUT /health", "a:b:c", 405],
  ])("%s with the Host %s is answered %d", async (line, host, status) => {
    await using connection = await RawConnection.open(live.agent.port);
    connection.request(line, { host });
    const answer = await connection.answer();
    const { headers, body } = answer;
    expectFailure(
      { status: answer.status, contentType: headers["content-type"] ?? null, body: Buffer.from(body) },
      "json",
      status,
    );
  });

  // The connection was closed while the sender still wrote: Go's and Node's clients saw a broken pipe instead of a 413
  // or a 503 then, and Go's exporter drops what it has to send after a broken pipe.
  const JSON_TYPE = "Content-Type: application/json";
  test.each([
    ["a body over the limit", 413, [JSON_TYPE, `Content-Length: ${OVER_BYTES}`]],
    ["chunks over the limit", 413, [JSON_TYPE, "Transfer-Encoding: chunked"]],
    ["an unknown Content-Type", 415, ["Content-Type: text/plain", `Content-Length: ${OVER_BYTES}`]],
    ["an unknown Content-Encoding", 400, [JSON_TYPE, "Content-Encoding: br", "Transfer-Encoding: chunked"]],
    ["a page's Origin", 403, [JSON_TYPE, "Origin: https://evil.example", `Content-Length: ${OVER_BYTES}`]],
  ])("%s: the sender can write all of it, hears %d, and goes on", async (_, status, headers) => {
    const bytes = new Uint8Array(OVER_BYTES).fill(0x20);
    const head = ["POST /v1/logs HTTP/1.1", "Host: localhost", ...headers, "", ""].join("\r\n");
    const isChunked = headers.includes("Transfer-Encoding: chunked");
    const size = Buffer.from(`${bytes.length.toString(16)}\r\n`);
    const body = isChunked ? Buffer.concat([size, bytes, Buffer.from("\r\n0\r\n\r\n")]) : bytes;
    expect(await statusesOf(live.agent.port, [Buffer.from(head), body])).toEqual([status, 200]);
  });

  test("a body that is cut off for another: its sender can write all of it, hears 503, and goes on", async () => {
    const other = async (): Promise<void> => {
      // Until the first one counts as stalled, this one is refused.
      await eventually("room", async () => {
        const body = new Uint8Array(LIMIT_BYTES).fill(0x20);
        return (await send(live.agent, { encoding: "json", body })).status === 400;
      });
    };
    const head = `POST /v1/logs HTTP/1.1\r\nHost: localhost\r\n${JSON_TYPE}\r\nContent-Length: ${LIMIT_BYTES}\r\n\r\n`;
    const [half, rest] = [new Uint8Array(LIMIT_BYTES / 2), new Uint8Array(LIMIT_BYTES / 2)];
    expect(await statusesOf(live.agent.port, [Buffer.from(head), half, other, rest])).toEqual([503, 200]);
  });

  // What stands behind a zlib stream, or behind a gzip member and a zero byte, went unread: it may be a second body.
  for (const coding of ["gzip", "deflate", "zstd"] as const) {
    const { body } = sample("protobuf", coding);
    const whole = CODINGS[coding](body);
    test.each([
      ["text", Buffer.from("behind")],
      ["a line break", Buffer.from("\r\n")],
      ["a zero byte", new Uint8Array(1)],
      ["a zero byte and a second body", Buffer.concat([new Uint8Array(1), whole])],
      ["half a second body", whole.subarray(0, whole.length / 2)],
      ["a zlib stream", deflateSync(body)],
    ])(`${coding} with %s behind its end is refused`, async (_, behind) => {
      const sent = {
        encoding: "protobuf",
        body: Buffer.concat([whole, behind]),
        headers: { "content-encoding": coding },
      } as const;
      expectFailure(await answerOf(await send(live.agent, sent)), "protobuf", 400, /decompress/);
    });
  }

  test("none of that is worth a line in the log, and an ordinary request is taken", async () => {
    expectSuccess(await answerOf(await send(live.agent, sample("json"))), "json");
    const told = live.agent.log
      .trim()
      .split("\n")
      .filter((line) => !line.includes("Refusing requests"));
    expect(told).toEqual([expect.stringContaining(" Ready ")]);
  });
});

/**
 * Writes all of `parts` before it reads anything, as many clients do, and an ordinary request when it is answered: what both
 * are answered.
 * A part that is a function is waited for. Rejects when the connection takes no more.
 */
async function statusesOf(port: number, parts: readonly (Uint8Array | (() => Promise<void>))[]): Promise<number[]> {
  const socket = connect({ port, host: "127.0.0.1" });
  await once(socket, "connect");
  socket.pause();
  for (const part of parts) await (typeof part === "function" ? part() : written(socket, part));
  let received = Buffer.alloc(0);
  const first = Promise.withResolvers<void>();
  socket.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    first.resolve();
  });
  const closed = once(socket.resume(), "close");
  await Promise.race([first.promise, closed]);
  const { body } = sample("json", "behind");
  const ordinary = `POST /v1/logs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n`;
  await written(socket, Buffer.concat([Buffer.from(ordinary), body]));
  await closed;
  const answers: Answer[] = [];
  for (let taken = takeAnswer(received, false); taken !== undefined; taken = takeAnswer(received, false)) {
    answers.push(taken.answer);
    received = received.subarray(taken.end);
  }
  return answers.map(({ status }) => status);
}

function written(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.write(bytes, (error) => (error instanceof Error ? reject(error) : resolve()));
  });
}
