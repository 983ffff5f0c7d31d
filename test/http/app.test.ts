import { describe, expect, test } from "bun:test";
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { STREAMS } from "../../src/pipeline.ts";
import { HOLD_MAX_MS } from "../../src/http/held-answers.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { eventually } from "../support/eventually.ts";
import { HttpFixture, logsJson } from "./fixture.ts";

/** `resourceLogs[0].scopeLogs[0].logRecords[0].body.stringValue = "hi"` by hand, from the wire tables of OTLP. */
const LOGS_PROTOBUF = new Uint8Array([0x0a, 0x0a, 0x12, 0x08, 0x12, 0x06, 0x2a, 0x04, 0x0a, 0x02, 0x68, 0x69]);
const PROTOBUF = { "content-type": "application/x-protobuf" };

async function statusOf(response: Response): Promise<{ code: unknown; message: string }> {
  expect(response.headers.get("content-type")).toBe("application/json");
  const status: unknown = await response.json();
  if (typeof status !== "object" || status === null || !("message" in status)) throw new Error("no google.rpc.Status");
  return { code: "code" in status ? status.code : undefined, message: String(status.message) };
}

describe("POST /v1/*", () => {
  test("answers 500 to a defect of ours, counts it, and tells the log once, not the sender", async () => {
    const log = captureLog();
    const http = new HttpFixture();
    http.defect = new Error("ring gone mad");
    const answers = [
      await http.send("/v1/logs", { body: logsJson("x") }),
      await http.send("/v1/logs", { body: logsJson("x") }),
    ];
    releaseLog();
    for (const answer of answers) {
      expect(answer.status).toBe(500);
      expect((await statusOf(answer)).message).not.toContain("mad");
    }
    expect(http.stats()).toMatchObject({ rejected_requests: { internal: 2 } });
    expect(log).toEqual([expect.stringContaining("ring gone mad")]);
  });

  test("counts what is left out of a request that has nothing else", async () => {
    const http = new HttpFixture();
    // Unknown field 15, a varint.
    const response = await http.send("/v1/logs", { headers: PROTOBUF, body: new Uint8Array([0x78, 0x01]) });
    expect(response.status).toBe(200);
    expect(http.stats()).toMatchObject({ empty_requests: 1, notes: { "unknown-field": 1 } });
  });

  test.each([
    ["a number", '{"severityNumber":21}', 1],
    ["the highest of several", '{"severityNumber":17},{"severityNumber":24,"body":{}},{"severityNumber":9}', 1],
    ["a text with blanks", '{"severityNumber" : "22" }', 1],
    ["a name", '{"severityNumber":"SEVERITY_NUMBER_FATAL2"}', 1],
    ["ERROR", '{"severityNumber":20}', 0],
    ["ERROR as a name", '{"severityNumber":"SEVERITY_NUMBER_ERROR4"}', 0],
    ["none", "{}", 0],
    ["a text of the body", '{"body":{"stringValue":"\\"severityNumber\\":21"}}', 0],
  ])("tells of a FATAL record that it has taken: %s", async (_, records, fatals) => {
    const http = new HttpFixture();
    const body = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[${records}]}]}]}`;
    expect((await http.send("/v1/logs", { body })).status).toBe(200);
    expect(http.fatals).toBe(fatals);
    http.answer = "full";
    await http.send("/v1/logs", { body });
    expect(http.fatals).toBe(fatals);
  });

  test("tells of a FATAL record in protobuf", async () => {
    const http = new HttpFixture();
    // resourceLogs[0].scopeLogs[0].logRecords[0].severityNumber = 21.
    const body = new Uint8Array([0x0a, 0x06, 0x12, 0x04, 0x12, 0x02, 0x10, 0x15]);
    await http.send("/v1/logs", { headers: PROTOBUF, body });
    expect([http.lines.length, http.fatals]).toEqual([1, 1]);
  });

  test.each(STREAMS)("stores a JSON body of %s as it was sent", async (stream) => {
    const http = new HttpFixture();
    const body = `{"${stream}":  [{"body": "test log message"}]}`;
    const response = await http.send(`/v1/${stream}`, { body });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
    // Nothing is rejected, and yet the sender should know that no reader of OTLP finds anything in it.
    expect(await response.json()).toEqual({ partialSuccess: { errorMessage: expect.stringContaining(`"${stream}"`) } });
    expect(http.lines).toEqual([{ stream, line: body }]);
  });

  test("stores protobuf as OTLP/JSON and answers zero bytes of protobuf", async () => {
    const http = new HttpFixture();
    const response = await http.send("/v1/logs", { headers: PROTOBUF, body: LOGS_PROTOBUF });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/x-protobuf");
    expect((await response.bytes()).length).toBe(0);
    expect(JSON.parse(http.lines[0]?.line ?? "")).toEqual({
      resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: "hi" } }] }] }],
    });
    expect(http.stats()).toMatchObject({ accepted_requests: 1, accepted_items: 1 });
  });

  test.each([
    ["gzip", gzipSync],
    ["GZip", gzipSync],
    ["deflate", deflateSync],
    ["zstd", zstdCompressSync],
    ["identity", (body: Buffer) => body],
  ] as const)("takes Content-Encoding %s", async (encoding, compress) => {
    const http = new HttpFixture();
    const body = new Uint8Array(compress(Buffer.from(logsJson("x"))));
    const response = await http.send("/v1/logs", { headers: { "content-encoding": encoding }, body });
    expect(response.status).toBe(200);
    expect(http.lines).toEqual([{ stream: "logs", line: logsJson("x") }]);
  });

  test("reads all members of a gzip body", async () => {
    const http = new HttpFixture();
    const text = logsJson("two members");
    const body = new Uint8Array(Buffer.concat([gzipSync(text.slice(0, 20)), gzipSync(text.slice(20))]));
    await http.send("/v1/logs", { headers: { "content-encoding": "gzip" }, body });
    expect(http.lines[0]?.line).toBe(text);
  });

  test("takes a body without Content-Length", async () => {
    const http = new HttpFixture();
    const text = logsJson("chunked");
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(text.slice(0, 10)));
        controller.enqueue(Buffer.from(text.slice(10)));
        controller.close();
      },
    });
    expect((await http.send("/v1/logs", { body: stream })).status).toBe(200);
    expect(http.lines[0]?.line).toBe(text);
    expect(http.inFlight.usedBytes).toBe(0);
  });

  test.each(["{}", '{"resourceLogs":[]}', '{"resourceLogs":[{"scopeLogs":[]}]}'])(
    "takes the empty request %s without a line",
    async (body) => {
      const http = new HttpFixture();
      const response = await http.send("/v1/logs", { body });
      expect(response.status).toBe(200);
      expect(http.stats()).toMatchObject({ accepted_requests: 0, empty_requests: 1 });
      expect(http.lines).toEqual([]);
    },
  );

  test("a trailing slash is the same path", async () => {
    const http = new HttpFixture();
    expect((await http.send("/v1/logs/", { body: logsJson("x") })).status).toBe(200);
  });
});

describe("a request that is not taken", () => {
  const gzip = { "content-encoding": "gzip" };
  const whole = gzipSync(logsJson("x".repeat(500)));
  const bomb = gzipSync(Buffer.alloc(5_000_000, "a"));
  test.each<[string, Parameters<HttpFixture["send"]>[1], number, string, RegExp]>([
    ["bad JSON", { body: '{"resourceLogs":[' }, 400, "bad-data", /Cannot read/],
    ["a wrong type", { body: '{"resourceLogs":{}}' }, 400, "bad-data", /resourceLogs/],
    ["null", { body: "null" }, 400, "bad-data", /Cannot read/],
    ["no JSON object", { body: "[1,2]" }, 400, "bad-data", /Cannot read/],
    ["0 bytes of JSON", { body: "" }, 400, "bad-data", /Cannot read/],
    [
      "truncated gzip",
      { headers: gzip, body: new Uint8Array(whole.subarray(0, 50)) },
      400,
      "content-encoding",
      /Cannot decompress/,
    ],
    ["gzip that is none", { headers: gzip, body: "{}" }, 400, "content-encoding", /Cannot decompress/],
    ["an empty gzip body", { headers: gzip, body: "" }, 400, "content-encoding", /empty/],
    ["a bomb", { headers: gzip, body: new Uint8Array(bomb) }, 413, "too-large", /10000|8000/],
    ["a body that is too large", { body: logsJson("x".repeat(10_001)) }, 413, "too-large", /smaller batches/],
    ["a line that never fits", { body: logsJson("x".repeat(8500)) }, 413, "too-large", /8000/],
    [
      "another content type",
      { headers: { "content-type": "text/plain" }, body: "x" },
      415,
      "content-type",
      /application\/json/,
    ],
    [
      "another content encoding",
      { headers: { "content-encoding": "br" }, body: "x" },
      400,
      "content-encoding",
      /gzip, deflate, zstd/,
    ],
    ["gRPC", { headers: { "content-type": "application/grpc+proto" }, body: "x" }, 415, "grpc", /use http\/protobuf/],
    ["GET", { method: "GET" }, 405, "method", /use POST/],
    ["a foreign Host", { headers: { host: "evil.example" }, body: "{}" }, 403, "foreign", /allowed_hosts/],
    ["a foreign Origin", { headers: { origin: "https://evil.example" }, body: "{}" }, 403, "foreign", /Origin/],
    ["the Origin null", { headers: { origin: "null" }, body: "{}" }, 403, "foreign", /Origin/],
  ])("%s is told and counted, and the next one is served", async (_, request, status, reason, message) => {
    const http = new HttpFixture();
    const response = await http.send("/v1/logs", request);
    expect(response.status).toBe(status);
    if (status === 405) expect(response.headers.get("allow")).toBe("POST");
    expect((await statusOf(response)).message).toMatch(message);
    expect(http.stats()["rejected_requests"]).toEqual({ [reason]: 1 });
    expect(http.lines).toEqual([]);
    expect(http.inFlight.usedBytes).toBe(0);
    expect((await http.send("/v1/logs", { body: logsJson("next") })).status).toBe(200);
  });

  test("because it is gRPC, at a path of its own: counted with the pages", async () => {
    const http = new HttpFixture();
    const path = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
    const response = await http.send(path, { headers: { "content-type": "application/grpc" }, body: "x" });
    expect([response.status, (await statusOf(response)).message]).toEqual([
      415,
      expect.stringMatching(/http\/protobuf/),
    ]);
    expect(http.pageCounters.rejected).toEqual({ grpc: 1 });
  });

  test("is told in protobuf to those who send protobuf", async () => {
    const http = new HttpFixture();
    const response = await http.send("/v1/logs", { headers: PROTOBUF, body: new Uint8Array([0x0a, 0x05, 0x01]) });
    expect([response.status, response.headers.get("content-type")]).toEqual([400, "application/x-protobuf"]);
    expect((await response.bytes())[0]).toBe(0x08);
  });

  test.each([
    ["full", "ring-full"],
    ["failed", "write-failed"],
    ["closed", "stopping"],
  ] as const)("because the ring says %s: 503 with Retry-After, and nothing is kept", async (answer, reason) => {
    const http = new HttpFixture();
    http.answer = answer;
    const response = await http.send("/v1/logs", { body: logsJson("x") });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeWithin(1, 6);
    expect(await statusOf(response)).toMatchObject({ code: 14 });
    expect(http.stats()["refused_requests"]).toEqual({ [reason]: 1 });
  });

  test("because too many bytes are in flight: 503 before the body is read", async () => {
    const http = new HttpFixture();
    const held = http.inFlight.begin(false, 50_000, () => {});
    http.inFlight.end(held);
    const send = () =>
      http.send("/v1/logs", { headers: { "content-length": "9000" }, body: logsJson("x".repeat(6000)) });
    const response = await send();
    expect([response.status, response.headers.get("connection")]).toEqual([503, null]);
    expect(http.stats()["refused_requests"]).toEqual({ "in-flight-full": 1 });
    // Again at once, on the same connection: it has to wait for its answer.
    const next = send();
    await eventually("the answer to be held", () => http.clock.timers > 0);
    http.clock.pass(HOLD_MAX_MS);
    expect((await next).status).toBe(503);
    http.inFlight.free(held);
    expect((await http.send("/v1/logs", { body: logsJson("x") })).status).toBe(200);
  });

  test("because the agent is stopping: 503", async () => {
    const http = new HttpFixture();
    http.isStopping = true;
    expect((await http.send("/v1/logs", { body: logsJson("x") })).status).toBe(503);
    expect(http.lines).toEqual([]);
  });
});

describe("the other paths", () => {
  test.each(["/", "/v1/log", "/v1development/profiles"])("%s is 404 with the right paths in a Status", async (path) => {
    const response = await new HttpFixture().send(path, { body: "{}" });
    expect(response.status).toBe(404);
    expect((await statusOf(response)).message).toContain("/v1/logs, /v1/metrics, /v1/traces, /v1/gha-logs");
  });

  test("/health is 200, or 503 when unhealthy", async () => {
    const http = new HttpFixture();
    expect((await http.send("/health", { method: "GET" })).status).toBe(200);
    http.isUnhealthy = true;
    expect((await http.send("/health", { method: "GET" })).status).toBe(503);
    expect((await http.send("/health", { body: "{}" })).status).toBe(405);
  });

  test.each(["/health", "/stats", "/metrics"])("%s is not for pages in a browser", async (path) => {
    const http = new HttpFixture();
    const foreign = { method: "GET", headers: { host: "evil.example:33931" } };
    expect((await http.send(path, foreign)).status).toBe(403);
    for (const host of ["localhost:33931", "localhost.:33931", "[::1]:33931", "10.0.0.7", "Runner.Internal:1"]) {
      expect((await http.send(path, { method: "GET", headers: { host } })).status).toBe(200);
    }
  });

  test("what is not taken elsewhere than at the path of a stream is counted", async () => {
    const http = new HttpFixture();
    await http.send("/v1/log", { body: "{}" });
    await http.send("/health", { body: "{}" });
    await http.send("/stats", { method: "GET", headers: { host: "evil.example" } });
    expect(http.pageCounters.rejected).toEqual({ "not-found": 1, method: 1, foreign: 1 });
  });

  test("/metrics is Prometheus text", async () => {
    const response = await new HttpFixture().send("/metrics", { method: "GET" });
    expect(response.headers.get("content-type")).toStartWith("text/plain; version=0.0.4");
  });

  test("our own senders are known by their token, and nobody else", async () => {
    const http = new HttpFixture();
    await http.send("/v1/logs", { headers: { "x-token": "right" }, body: logsJson("x") });
    await http.send("/v1/logs", { headers: { "x-token": "wrong" }, body: logsJson("x") });
    await http.send("/v1/logs", { body: logsJson("x") });
    expect([http.tokens, http.senders]).toEqual([
      ["right", "wrong"],
      ["own", "other", "other"],
    ]);
  });
});
