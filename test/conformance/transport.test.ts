/** Items 1 to 8: paths, media types, chunks, connections. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { STREAMS } from "../../src/pipeline.ts";
import type { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { answerOf, expectFailure, expectSuccess } from "./answers.ts";
import { CONTENT_TYPES, countsOf, ENCODINGS, send } from "./conversation.ts";
import { LiveAgent } from "./live-agent.ts";
import { RawConnection } from "./raw-connection.ts";
import { sample, sized } from "./requests.ts";

setDefaultTimeout(60_000);

/** Longer than Bun keeps an idle connection by itself (10 s, noticed up to 3 s late); clients count on a minute. */
const IDLE_MS = 14_000;
const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing)(agentOnly.title("transport and routing"), () => {
  let live: LiveAgent;
  let idle: RawConnection;
  let idleSinceMs: number;

  beforeAll(async () => {
    live = await LiveAgent.start();
    idle = await RawConnection.open(live.agent.port);
    const { body, encoding } = sample("json", "before the idle time");
    idle.request("POST /v1/logs", { "content-type": CONTENT_TYPES[encoding] }, body);
    await idle.answer();
    idleSinceMs = performance.now();
  });

  afterAll(async () => {
    await idle?.[Symbol.asyncDispose]();
    await live?.[Symbol.asyncDispose]();
  });

  for (const encoding of ENCODINGS) {
    test.each(STREAMS)(`item 1: POST /v1/%s in ${encoding} is taken`, async (stream) => {
      const before = await countsOf(live.agent, stream);
      expectSuccess(await answerOf(await send(live.agent, sample(encoding, "one", stream))), encoding);
      const { requests, items } = await countsOf(live.agent, stream);
      expect([requests, items]).toEqual([before.requests + 1, before.items + 1]);
    });

    test(`item 2: profiles are not served and not dropped: 404 with a Status in ${encoding}`, async () => {
      const headers = { "content-type": CONTENT_TYPES[encoding] };
      for (const path of ["/v1development/profiles", "/v1/profiles"]) {
        const answer = await live.agent.post(path, sample(encoding).body, headers);
        expectFailure(await answerOf(answer), encoding, 404, /\/v1\/logs/);
      }
    });
  }

  test("item 1: the port is a setting, its default that of the agent's predecessor", () => {
    const help = Bun.spawnSync([built("executable"), "--help"]).stdout.toString();
    expect(help).toMatch(/--port <n>[^-]*33931/);
  });

  test("item 3: JSON and protobuf in turn on one connection, told apart by Content-Type", async () => {
    await using connection = await RawConnection.open(live.agent.port);
    for (const encoding of ["json", "protobuf", "json", "protobuf"] as const) {
      connection.request("POST /v1/logs", { "content-type": CONTENT_TYPES[encoding] }, sample(encoding).body);
      const { status, headers } = await connection.answer();
      expect([status, headers["content-type"]]).toEqual([200, CONTENT_TYPES[encoding]]);
    }
  });

  test.each([
    ["json", "application/json; charset=utf-8"],
    ["json", "Application/JSON"],
    ["json", 'application/json;charset=UTF-8;odd="a;b"'],
    ["json", " application/json "],
    ["json", "application/json; charset=ISO-8859-1"],
    ["protobuf", "APPLICATION/X-PROTOBUF"],
    ["protobuf", 'application/x-protobuf; messageType="opentelemetry.proto"'],
  ] as const)("item 4: %s sent as '%s' is taken", async (encoding, contentType) => {
    await using connection = await RawConnection.open(live.agent.port);
    connection.request("POST /v1/logs", { "content-type": contentType }, sample(encoding).body);
    const { status, headers } = await connection.answer();
    expect([status, headers["content-type"]]).toEqual([200, CONTENT_TYPES[encoding]]);
  });

  test.each([
    ["a slash at the end of the endpoint", "POST //v1/logs", { "content-type": "application/json" }, 200],
    ["a Host with a dot at its end", "POST /v1/logs", { "content-type": "application/json", host: "localhost." }, 200],
    [
      "the same type twice",
      "POST /v1/logs",
      { "content-type": "application/json", "Content-Type": "application/json" },
      200,
    ],
    [
      "two types",
      "POST /v1/logs",
      { "content-type": "application/json", "Content-Type": "application/x-protobuf" },
      415,
    ],
  ])("odd, with one meaning or without: %s", async (_, line, headers, expected) => {
    await using connection = await RawConnection.open(live.agent.port);
    connection.request(line, headers, sample("json").body);
    expect((await connection.answer()).status).toBe(expected);
  });

  test.each(["text/plain", "application/protobuf", "application/x-protobuf2", "json", "", undefined])(
    "item 4: Content-Type '%s' is 415",
    async (contentType) => {
      await using connection = await RawConnection.open(live.agent.port);
      const headers: Record<string, string> = contentType === undefined ? {} : { "content-type": contentType };
      connection.request("POST /v1/logs", headers, sample("json").body);
      const answer = await connection.answer();
      expect(answer.status).toBe(415);
      expect(JSON.parse(answer.body)).toMatchObject({ message: expect.stringContaining("application/x-protobuf") });
    },
  );

  for (const encoding of ENCODINGS) {
    test(`item 5: ${encoding} in chunks without a length, cut anywhere`, async () => {
      await using connection = await RawConnection.open(live.agent.port);
      const before = await countsOf(live.agent, "logs");
      const { body } = sample(encoding, "in chunks");
      const [one, two] = [body.subarray(0, 1), body.subarray(1, 30)];
      const chunkings = [[body], [one, two, body.subarray(30)], [...body].map((byte) => Uint8Array.of(byte))];
      for (const chunks of chunkings) {
        connection.chunked("POST /v1/logs", { "content-type": CONTENT_TYPES[encoding] }, chunks);
        expect((await connection.answer()).status).toBe(200);
      }
      const now = await countsOf(live.agent, "logs");
      expect(now.items - before.items).toBe(3);
    });
  }

  describe("item 5: a body in chunks with trailers, which Bun takes for a request that is none", () => {
    test.each([
      ["announced", { trailer: "X-Checksum" }],
      ["not announced", {}],
    ])("is taken or rejected as its answer says, and the connection ends, when they were %s", async (_, announced) => {
      for (let n = 0; n < 10; n++) {
        const { status, headers, taken } = await sentWithTrailers(live.agent, 10_000, announced);
        expect([
          [200, 1],
          [400, 0],
        ]).toContainEqual([status, taken]);
        // Both answers of an announced one say so; the second that Bun gives is then nobody's.
        if ("trailer" in announced) expect(headers["connection"]).toBe("close");
      }
    });

    test("is rejected and not stored when it goes to the Worker", async () => {
      expect(await sentWithTrailers(live.agent, 1_000_000, { trailer: "X-Checksum" })).toMatchObject({
        status: 400,
        taken: 0,
      });
    });
  });

  test("item 5: a client that waits for 100 Continue gets it", async () => {
    await using connection = await RawConnection.open(live.agent.port);
    const { body } = sample("json");
    const head = `content-type: application/json\r\ncontent-length: ${body.length}\r\nexpect: 100-continue\r\n`;
    connection.write(`POST /v1/logs HTTP/1.1\r\nhost: localhost\r\n${head}\r\n`);
    expect((await connection.answer()).status).toBe(100);
    connection.write(body);
    expect((await connection.answer()).status).toBe(200);
  });

  test("headers of 64 KiB are taken, longer ones are 431 and end the connection", async () => {
    const headers = { "content-type": "application/json" };
    await using connection = await RawConnection.open(live.agent.port);
    for (const [length, status] of [
      [64 * 1024, 200],
      [66 * 1024, 431],
    ] as const) {
      connection.request("POST /v1/logs", { ...headers, baggage: "x".repeat(length) }, sample("json").body);
      expect((await connection.answer()).status).toBe(status);
    }
    expect(await connection.closed()).toBe(true);
  });

  test("item 6: a connection carries any number of requests, also behind bad ones", async () => {
    await using connection = await RawConnection.open(live.agent.port);
    for (let n = 0; n < 50; n++) {
      const isBad = n % 3 === 0;
      const body = isBad ? '{"resourceLogs":5}' : sample("json").body;
      connection.request("POST /v1/logs", { "content-type": "application/json" }, body);
      expect((await connection.answer()).status).toBe(isBad ? 400 : 200);
    }
    expect(connection.isClosed).toBe(false);
  });

  test("item 7: a slash at the end of the path does not matter", async () => {
    for (const stream of STREAMS) {
      const { body } = sample("json", "slash", stream);
      expectSuccess(await answerOf(await live.agent.post(`/v1/${stream}/`, body)), "json");
    }
  });

  test.each([
    "/",
    "/v1",
    "/v1/log",
    "/v2/logs",
    "/v1/logs/x",
    "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
  ])("item 7: POST %s is 404 and names the right paths", async (path) => {
    for (const encoding of ENCODINGS) {
      const headers = { "content-type": CONTENT_TYPES[encoding] };
      const answer = await answerOf(await live.agent.post(path, sample(encoding).body, headers));
      expectFailure(answer, encoding, 404, /\/v1\/logs, \/v1\/metrics, \/v1\/traces/);
    }
  });

  test("item 8: no CORS: OPTIONS is 405, and no answer allows an origin", async () => {
    const asked = { origin: "http://localhost:3000", "access-control-request-method": "POST" };
    const preflight = await fetch(`${live.agent.origin}/v1/logs`, { method: "OPTIONS", headers: asked });
    expect(preflight.status).toBe(405);
    const posted = await live.agent.post("/v1/logs", sample("json").body, { origin: "http://localhost:3000" });
    for (const answer of [preflight, posted]) {
      expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
  });

  // Last, so that the other tests fill most of the time.
  test(`item 6: an idle connection still works after ${IDLE_MS / 1000} s`, async () => {
    await Bun.sleep(Math.max(0, idleSinceMs + IDLE_MS - performance.now()));
    idle.request("POST /v1/logs", { "content-type": "application/json" }, sample("json", "after the idle time").body);
    expect((await idle.answer()).status).toBe(200);
  });
});

/** What becomes of a JSON body of this length in one chunk, with trailers behind it. */
async function sentWithTrailers(agent: Agent, length: number, announced: Readonly<Record<string, string>>) {
  await using connection = await RawConnection.open(agent.port);
  const before = await countsOf(agent, "logs");
  const headers = { "content-type": "application/json", ...announced };
  connection.chunked("POST /v1/logs", headers, [sized("json", length)], "X-Checksum: 1\r\n");
  const answer = await connection.answer();
  expect(await connection.closed()).toBe(true);
  return { ...answer, taken: (await countsOf(agent, "logs")).requests - before.requests };
}
