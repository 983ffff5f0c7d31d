/** Items 14 to 17: sizes before and after decompression, bombs, the length of answers, nesting. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import type { Encoding } from "../../src/otlp/export-request.ts";
import { bytes, logsRequest } from "../otlp/wire-bytes.ts";
import { needs } from "../support/built.ts";
import { answerOf, badRequest, expectFailure, expectSuccess, text } from "./answers.ts";
import { CONTENT_TYPES, ENCODINGS, send } from "./conversation.ts";
import { LiveAgent } from "./live-agent.ts";
import { RawConnection } from "./raw-connection.ts";
import { bodyJson, logJson, sample, sized } from "./requests.ts";

setDefaultTimeout(120_000);

const LIMIT_BYTES = 64 * 1024;
/** The specification allows 4 MiB, the Collector's client reads 64 KiB; each of ours fits many times. */
const ANSWER_MAX_BYTES = 16 * 1024;
const MIB = 1024 * 1024;
const COMPRESSORS = { gzip: gzipSync, deflate: deflateSync, zstd: zstdCompressSync } as const;
const CODINGS = ["gzip", "deflate", "zstd"] as const;

const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing)(agentOnly.title("limits"), () => {
  let live: LiveAgent;

  beforeAll(async () => {
    live = await LiveAgent.start(["--max-request-bytes", "64KiB"]);
  });

  afterAll(async () => {
    await live?.[Symbol.asyncDispose]();
  });

  for (const encoding of ENCODINGS) {
    const fits = (): Uint8Array => sized(encoding, LIMIT_BYTES);
    const over = (): Uint8Array => sized(encoding, LIMIT_BYTES + 1);

    test(`item 14: ${encoding} of exactly the limit passes, one byte more is 413`, async () => {
      expectSuccess(await answerOf(await send(live.agent, { encoding, body: fits() })), encoding);
      const answer = await answerOf(await send(live.agent, { encoding, body: over() }));
      expectFailure(answer, encoding, 413, new RegExp(String(LIMIT_BYTES)));
    });

    test(`item 14: the same for ${encoding} in chunks, whose length nobody announced`, async () => {
      expect([
        await inChunks(live.agent.port, encoding, fits()),
        await inChunks(live.agent.port, encoding, over()),
      ]).toEqual([200, 413]);
    });

    for (const coding of CODINGS) {
      test(`item 14: the same for ${encoding} that is of that length after ${coding}`, async () => {
        const compressed = async (body: Uint8Array) =>
          await answerOf(
            await send(live.agent, {
              encoding,
              body: COMPRESSORS[coding](body),
              headers: { "content-encoding": coding },
            }),
          );
        expectSuccess(await compressed(fits()), encoding);
        expectFailure(await compressed(over()), encoding, 413, new RegExp(String(LIMIT_BYTES)));
      });
    }
  }

  test("item 14: the default is 16 MiB, which still fit", async () => {
    await using other = await LiveAgent.start();
    const fits = sized("json", 16 * MIB);
    expectSuccess(await answerOf(await send(other.agent, { encoding: "json", body: fits })), "json");
    const over = Buffer.concat([fits, Buffer.from(" ")]);
    expectFailure(await answerOf(await send(other.agent, { encoding: "json", body: over })), "json", 413, /16777216/);
    expect(await other.stoppedLines()).toEqual([text(fits)]);
  });

  test.each(CODINGS)(
    "item 15: a bomb in %s, a thousand times its size, costs neither memory nor time",
    async (coding) => {
      const bomb = bombOf(coding);
      expect(bomb.length).toBeLessThanOrEqual(LIMIT_BYTES);
      const before = await peakRssMib(live.agent.pid);
      const startedAtMs = performance.now();
      const headers = { "content-encoding": coding };
      const answer = await answerOf(await send(live.agent, { encoding: "json", body: bomb, headers }));
      expectFailure(answer, "json", 413);
      expect(performance.now() - startedAtMs).toBeLessThan(1000);
      expect((await peakRssMib(live.agent.pid)) - before).toBeLessThan(32);
    },
  );

  test("item 16: answers are short, whatever the sender wrote", async () => {
    const long = '\u0000\ud83d\ude00"'.repeat(4000);
    const senders = [
      { encoding: "json", body: `{${JSON.stringify(long)}:-}` },
      { encoding: "json", body: logJson(`{"flags":${JSON.stringify(long)}}`) },
      { encoding: "protobuf", body: new Uint8Array(50_000).fill(0xff) },
      { encoding: "json", body: "{}", headers: { "content-encoding": '"'.repeat(12_000) } },
      { encoding: "protobuf", body: "", headers: { "content-encoding": "é".repeat(12_000) } },
      { encoding: "json", body: "{}", headers: { "content-type": '"'.repeat(12_000) } },
    ] as const;
    for (const sent of senders) {
      const answer = await send(live.agent, sent);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect((await answer.bytes()).length).toBeLessThan(ANSWER_MAX_BYTES);
    }
    const unknownPath = await live.agent.post(`/${"x".repeat(12_000)}`, "{}");
    expect((await unknownPath.bytes()).length).toBeLessThan(ANSWER_MAX_BYTES);
  });

  // The request is level 1, the log record 4, its body 5; each list adds two.
  const DEEPEST_LISTS = 47;

  test("item 17: json of 100 levels passes, 101 are 400 and named", async () => {
    const passes = nestedJson(DEEPEST_LISTS, '{"kvlistValue":{}}');
    expectSuccess(await answerOf(await send(live.agent, { encoding: "json", body: passes })), "json");
    const fails = nestedJson(DEEPEST_LISTS, '{"kvlistValue":{"values":[{}]}}');
    const answer = await answerOf(await send(live.agent, { encoding: "json", body: fails }));
    const { details } = expectFailure(answer, "json", 400, /at most 100 levels/);
    const path = "resourceLogs[0].scopeLogs[0].logRecords[0].body" + ".arrayValue.values[0]".repeat(DEEPEST_LISTS);
    expect(details).toEqual([badRequest(`${path}.kvlistValue.values[0]`)]);
  });

  test("item 17: protobuf of 100 messages passes, 101 are 400", async () => {
    const passes = nestedProtobuf(DEEPEST_LISTS, bytes(6));
    expectSuccess(await answerOf(await send(live.agent, { encoding: "protobuf", body: passes })), "protobuf");
    const fails = nestedProtobuf(DEEPEST_LISTS, bytes(6, bytes(1)));
    const answer = await answerOf(await send(live.agent, { encoding: "protobuf", body: fails }));
    expectFailure(answer, "protobuf", 400, /at most 100 messages/);
  });

  test("item 17: nesting as deep as the body is long is 400 at once", async () => {
    await using other = await LiveAgent.start();
    const deep: readonly (string | Uint8Array)[] = [
      "[".repeat(4 * MIB),
      `{"a":${"[".repeat(4 * MIB)}`,
      '{"a":'.repeat(MIB),
      logJson('{"body":{"arrayValue":{"values":['.repeat(MIB / 8)),
    ];
    for (const body of deep) {
      const startedAtMs = performance.now();
      expectFailure(await answerOf(await send(other.agent, { encoding: "json", body })), "json", 400);
      expect(performance.now() - startedAtMs).toBeLessThan(1000);
    }
    // Groups of protobuf, one inside the other: only their starts.
    const groups = await answerOf(
      await send(other.agent, { encoding: "protobuf", body: new Uint8Array(MIB).fill(0x0b) }),
    );
    expectFailure(groups, "protobuf", 400);
    expectSuccess(await answerOf(await send(other.agent, sample("json"))), "json");
  });
});

/** Spaces, as many as a body of the limit's length can hold of them: 50 MiB and more. */
function bombOf(coding: (typeof CODINGS)[number]): Uint8Array {
  // A zlib stream is one; members of gzip and frames of zstd may follow each other.
  if (coding === "deflate") return deflateSync(new Uint8Array(50 * MIB).fill(0x20));
  const member = COMPRESSORS[coding](new Uint8Array(MIB).fill(0x20));
  return Buffer.concat(Array.from({ length: Math.floor(LIMIT_BYTES / member.length) }, () => member));
}

async function peakRssMib(pid: number): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text();
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** The status of a request in two chunks. */
async function inChunks(port: number, encoding: Encoding, body: Uint8Array): Promise<number> {
  await using connection = await RawConnection.open(port);
  const chunks = [body.subarray(0, 40_000), body.subarray(40_000)];
  connection.chunked("POST /v1/logs", { "content-type": CONTENT_TYPES[encoding] }, chunks);
  return (await connection.answer()).status;
}

/** A log record whose body is `inside` in that many lists. */
function nestedJson(lists: number, inside: string): string {
  return bodyJson('{"arrayValue":{"values":['.repeat(lists) + inside + "]}}".repeat(lists));
}

function nestedProtobuf(lists: number, inside: readonly number[]): Uint8Array {
  let value = [...inside];
  for (let n = 0; n < lists; n++) value = bytes(5, bytes(1, value));
  return logsRequest(bytes(5, value));
}
