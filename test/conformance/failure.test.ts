/** Items 25 to 31: every failure is a Status that tells the sender what to do. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { STREAMS } from "../../src/pipeline.ts";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { numberAt } from "../support/json.ts";
import { linesOf } from "../support/lines.ts";
import { startAgent } from "../support/start-agent.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";
import { answerOf, badRequest, expectFailure, expectSuccess, retryInfo } from "./answers.ts";
import { CONTENT_TYPES, ENCODINGS, send } from "./conversation.ts";
import { LiveAgent } from "./live-agent.ts";
import { RawConnection } from "./raw-connection.ts";
import { logJson, sample, sized } from "./requests.ts";

setDefaultTimeout(60_000);

/** The longest Retry-After that still leaves an SDK time of its 10 s. */
const RETRY_AFTER_MAX_SECONDS = 5;
const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing)(agentOnly.title("failures"), () => {
  let live: LiveAgent;

  beforeAll(async () => {
    live = await LiveAgent.start(["--max-request-bytes", "64KiB", "--buffer-bytes", "1MiB"]);
  });

  afterAll(async () => {
    await live?.[Symbol.asyncDispose]();
  });

  for (const encoding of ENCODINGS) {
    const contentType = { "content-type": CONTENT_TYPES[encoding] };
    const bad = encoding === "json" ? '{"resourceLogs":5}' : Uint8Array.of(0x0a, 0x7f);
    const failures: readonly (readonly [what: string, status: number, path: string, init: RequestInit])[] = [
      ["bad data", 400, "/v1/logs", { body: bad }],
      ["a body that does not decompress", 400, "/v1/logs", { body: "x", headers: { "content-encoding": "gzip" } }],
      ["an unknown encoding", 400, "/v1/logs", { body: "x", headers: { "content-encoding": "br" } }],
      ["a foreign Host", 403, "/v1/logs", { body: "{}", headers: { host: "evil.example" } }],
      ["a foreign Origin", 403, "/v1/logs", { body: "{}", headers: { origin: "http://evil.example" } }],
      ["an unknown path", 404, "/v1/unknown", { body: "{}" }],
      ["a wrong method", 405, "/v1/logs", { method: "PUT", body: "{}" }],
      ["a body over the limit", 413, "/v1/logs", { body: new Blob([new Uint8Array(70_000)]) }],
    ];
    test.each(failures)(`item 25: %s sent as ${encoding} is a %p with a Status in ${encoding}`, async (...row) => {
      const [, status, path, { headers, ...init }] = row;
      const all = { method: "POST", ...init, headers: { ...contentType, ...Object(headers) } };
      expectFailure(await answerOf(await fetch(live.agent.origin + path, all)), encoding, status);
    });

    test(`item 26: bad data in ${encoding} is 400, with the bad field's path in a BadRequest`, async () => {
      // In protobuf: field 1 of the request, field 2 of that, field 2 of that, and there field 1 as a varint.
      const deep = Uint8Array.of(0x0a, 0x06, 0x12, 0x04, 0x12, 0x02, 0x08, 0x01);
      const body = encoding === "json" ? logJson('{},{"timeUnixNano":"soon"}') : deep;
      const index = encoding === "json" ? 1 : 0;
      const field = `resourceLogs[0].scopeLogs[0].logRecords[${index}].timeUnixNano`;
      const { code, message, details } = expectFailure(
        await answerOf(await send(live.agent, { encoding, body })),
        encoding,
        400,
      );
      expect(code).toBe(3);
      expect(message).toContain(field);
      expect(details).toEqual([badRequest(field)]);
    });

    test(`item 27: (and item 29:) a full buffer is 503 with Retry-After and RetryInfo in ${encoding}`, async () => {
      await using full = await LiveAgent.start(["--buffer-bytes", "1MiB", "--drain-timeout", "1s"]);
      await full.store.goAway();
      const body = sized(encoding, 50_000);
      const refused = await eventually("a refusal", async () => {
        const answer = await send(full.agent, { encoding, body });
        return answer.status !== 200 && answer;
      });
      const retryAfter = refused.headers.get("retry-after") ?? "";
      expect(retryAfter).toMatch(/^\d+$/);
      expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
      expect(Number(retryAfter)).toBeLessThanOrEqual(RETRY_AFTER_MAX_SECONDS);
      const { code, details } = expectFailure(await answerOf(refused), encoding, 503);
      expect(code).toBe(14);
      expect(details).toEqual([retryInfo(Number(retryAfter))]);
      expectSuccess(await answerOf(await send(full.agent, sample(encoding, "other", "traces"))), encoding);
    });

    test(`item 28: bad data in ${encoding} is never retryable, not even when the buffer is full`, async () => {
      await using full = await LiveAgent.start(["--buffer-bytes", "1MiB", "--drain-timeout", "1s"]);
      await full.store.goAway();
      const filler = sized("json", 50_000);
      await eventually("a refusal", async () => {
        return (await send(full.agent, { encoding: "json", body: filler })).status === 503;
      });
      expectFailure(await answerOf(await send(full.agent, { encoding, body: bad })), encoding, 400);
    });

    test(`item 29: a stop finishes the ${encoding} request in flight and takes nothing after it`, async () => {
      await using store = await FolderStore.start();
      await using base = await TempDir.create("base");
      await using agent = await startAgent(store, base);
      await using slow = await RawConnection.open(agent.port);
      await using kept = await RawConnection.open(agent.port);
      kept.request("POST /v1/logs", contentType, sample(encoding, "before").body);
      expect((await kept.answer()).status).toBe(200);
      const { body } = sample(encoding, "in flight");
      const head = `content-type: ${CONTENT_TYPES[encoding]}\r\ncontent-length: ${body.length}\r\n`;
      slow.write(`POST /v1/logs HTTP/1.1\r\nhost: localhost\r\n${head}\r\n`);
      slow.write(body.subarray(0, 10));
      await eventually("the request in flight", async () => numberAt(await agent.stats(), "in_flight_bytes") > 0);
      agent.signal("SIGTERM");
      let taken = 0;
      const late = await eventually("the refusal of new work", async () => {
        const answer = await answerOrClosed(agent, encoding);
        if (answer !== "closed" && answer.status === 200) taken++;
        return (answer === "closed" || answer.status !== 200) && answer;
      });
      // The rest, and a new request behind it on the same connection.
      slow.write(body.subarray(10));
      slow.request("POST /v1/logs", contentType, sample(encoding, "behind").body);
      expect((await slow.answer()).status).toBe(200);
      const behind = await slow.answer().catch(() => "closed" as const);
      if (behind !== "closed") expect(behind.status).toBe(503);
      expect((await agent.ended()).code).toBe(0);
      if (late !== "closed") expectFailure(late, encoding, 503);
      const lines = linesOf(await store.objects(), "logs");
      expect(lines.filter((line) => line.includes('"in flight"'))).toHaveLength(1);
      expect(lines.filter((line) => line.includes('"late"'))).toHaveLength(taken);
      expect(lines.filter((line) => line.includes('"behind"'))).toHaveLength(0);
    });

    test.each(["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])(
      `item 31: %s on a signal path is 405 with Allow: POST, in ${encoding}`,
      async (method) => {
        for (const stream of STREAMS) {
          const answer = await fetch(`${live.agent.origin}/v1/${stream}`, { method, headers: contentType });
          expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
          const read = await answerOf(answer);
          if (method !== "HEAD") expectFailure(read, encoding, 405, /POST/);
        }
      },
    );
  }

  test.each([
    ["text/plain", /application\/json or application\/x-protobuf/],
    ["application/x-www-form-urlencoded", /application\/json or application\/x-protobuf/],
    ["application/json; charset=utf-16", /charset "utf-16": send it in UTF-8/],
    ["application/grpc", /use http\/protobuf/],
  ])("item 25: Content-Type %s, which is not taken, is a 415 with a Status in JSON", async (type, message) => {
    const answer = await live.agent.post("/v1/logs", "{}", { "content-type": type });
    expectFailure(await answerOf(answer), "json", 415, message);
  });

  test("item 25: a 404 and a 405 without Content-Type have a Status in JSON", async () => {
    for (const [path, status] of [
      ["/unknown", 404],
      ["/v1/logs", 405],
    ] as const) {
      expectFailure(await answerOf(await fetch(live.agent.origin + path)), "json", status);
    }
  });

  test("item 28: bodies of any bytes are never a 5xx", async () => {
    let seed = 20_261_122;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let n = 0; n < 400; n++) {
      const encoding = ENCODINGS[n % 2] ?? "json";
      const stream = STREAMS[random(STREAMS.length)] ?? "logs";
      const body = Uint8Array.from(sample(encoding, "mutated", stream).body);
      for (let change = random(6); change >= 0; change--) body[random(body.length)] = random(256);
      const cut = body.subarray(0, random(3) === 0 ? random(body.length) : body.length);
      const isZipped = random(4) === 0;
      const zipped = isZipped ? gzipSync(cut) : cut;
      if (isZipped && random(2) === 0) zipped[random(zipped.length)] = random(256);
      const headers: Record<string, string> = isZipped ? { "content-encoding": "gzip" } : {};
      const { status } = await send(live.agent, { encoding, stream, body: zipped, headers });
      expect([200, 400], Buffer.from(zipped).toString("hex")).toContain(status);
    }
  });

  test("item 30: it listens and takes data at once, though the API it depends on is not there", async () => {
    await using base = await TempDir.create("base");
    const hostUrl = `http://127.0.0.1:${await freePort()}/api/v1`;
    const settings = { agent: { id: "runner-1", polling_secret: "test-secret", host_url: hostUrl } };
    await Bun.write(base.file("settings.json"), JSON.stringify(settings));
    const flags = ["--settings", base.file("settings.json"), "--no-collector", "--drain-timeout", "1s"];
    const startedAtMs = performance.now();
    const options = { executable: built("executable"), baseDirectory: base.file("base"), flags };
    await using agent = await Agent.start(options);
    expectSuccess(await answerOf(await send(agent, sample("json"))), "json");
    expect(performance.now() - startedAtMs).toBeLessThan(1000);
  });
});

/** What a new request gets from an agent that stops. */
async function answerOrClosed(agent: Agent, encoding: "json" | "protobuf") {
  try {
    return await answerOf(await send(agent, sample(encoding, "late")));
  } catch {
    return "closed" as const;
  }
}
