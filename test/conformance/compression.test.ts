/** Items 9 to 13: content encodings. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { STREAMS } from "../../src/pipeline.ts";
import { needs } from "../support/built.ts";
import { answerOf, expectFailure, expectSuccess } from "./answers.ts";
import { ENCODINGS, send } from "./conversation.ts";
import { LiveAgent } from "./live-agent.ts";
import { sample } from "./requests.ts";

setDefaultTimeout(60_000);

type Compress = (body: Uint8Array) => Uint8Array;

const plain: Compress = (body) => body;
const ACCEPTED: readonly (readonly [item: number, header: string | undefined, compress: Compress])[] = [
  [9, undefined, plain],
  [9, "gzip", gzipSync],
  [10, "deflate", deflateSync],
  [10, "zstd", zstdCompressSync],
  [11, "identity", plain],
  [11, "Identity", plain],
  [11, "GZIP", gzipSync],
  [11, "Deflate", deflateSync],
  [11, "ZSTD", zstdCompressSync],
  [11, "x-gzip", gzipSync],
];
const half: Compress = (body) => body.subarray(0, body.length / 2);
const REJECTED: readonly (readonly [what: string, header: string, compress: Compress])[] = [
  ["an unknown encoding", "br", brotliCompressSync],
  ["snappy", "snappy", plain],
  ["lz4", "lz4", plain],
  ["two encodings", "gzip, gzip", (body) => gzipSync(gzipSync(body))],
  ["gzip that is none", "gzip", plain],
  ["gzip cut off", "gzip", (body) => half(gzipSync(body))],
  ["gzip without its checksum", "gzip", (body) => gzipSync(body).subarray(0, -8)],
  [
    "gzip with a wrong checksum",
    "gzip",
    (body) => Uint8Array.from(gzipSync(body), (b, i) => (i > gzipSync(body).length - 8 ? b ^ 1 : b)),
  ],
  ["gzip with bytes behind it", "gzip", (body) => Buffer.concat([gzipSync(body), Buffer.from("behind")])],
  ["an empty body as gzip", "gzip", () => new Uint8Array()],
  ["deflate that is none", "deflate", plain],
  ["deflate without the zlib header", "deflate", deflateRawSync],
  ["deflate cut off", "deflate", (body) => half(deflateSync(body))],
  ["an empty body as deflate", "deflate", () => new Uint8Array()],
  ["zstd that is none", "zstd", plain],
  ["zstd cut off", "zstd", (body) => half(zstdCompressSync(body))],
  ["zstd with bytes behind it", "zstd", (body) => Buffer.concat([zstdCompressSync(body), Buffer.from("behind")])],
  ["an empty body as zstd", "zstd", () => new Uint8Array()],
];

const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing)(agentOnly.title("compression"), () => {
  let live: LiveAgent;
  let sent = 0;

  beforeAll(async () => {
    live = await LiveAgent.start();
  });

  afterAll(async () => {
    await live?.[Symbol.asyncDispose]();
  });

  for (const encoding of ENCODINGS) {
    for (const [item, header, compress] of ACCEPTED) {
      test(`item ${item}: ${encoding} as ${header ?? "it is, without the header"}`, async () => {
        for (const stream of STREAMS) {
          const { body } = sample(encoding, `${encoding} ${header} ${stream}`, stream);
          const headers: Record<string, string> = header === undefined ? {} : { "content-encoding": header };
          const answer = await send(live.agent, { encoding, stream, body: compress(body), headers });
          expectSuccess(await answerOf(answer), encoding);
          sent++;
        }
      });
    }

    for (const [what, header, compress] of REJECTED) {
      test(`item 12: ${encoding}, ${what}: 400`, async () => {
        const body = compress(sample(encoding, "x".repeat(500)).body);
        const answer = await send(live.agent, { encoding, body, headers: { "content-encoding": header } });
        expectFailure(await answerOf(answer), encoding, 400, /Content-Encoding|decompress/);
      });
    }

    test.each([
      ["gzip", gzipSync],
      ["zstd", zstdCompressSync],
    ] as const)(`item 13: ${encoding} in several members of %s is read to its end`, async (header, compress) => {
      const { body } = sample(encoding, `members ${encoding} ${header}`);
      const parts = [body.subarray(0, 7), body.subarray(7, 7), body.subarray(7)];
      const members = Buffer.concat(parts.map((part) => compress(part)));
      const answer = await send(live.agent, { encoding, body: members, headers: { "content-encoding": header } });
      expectSuccess(await answerOf(answer), encoding);
      sent++;
    });
  }

  test("items 9 to 13: what was taken is stored, each body once, and DuckDB reads all of it", async () => {
    const lines = await live.stoppedLines();
    expect(lines).toHaveLength(sent);
    for (const encoding of ENCODINGS) {
      for (const [, header] of ACCEPTED) {
        const found = lines.filter((line) => line.includes(`"${encoding} ${header} `));
        expect(found, header).toHaveLength(STREAMS.length);
      }
      for (const header of ["gzip", "zstd"]) {
        expect(lines.filter((line) => line.includes(`"members ${encoding} ${header}"`))).toHaveLength(1);
      }
    }
    expect(await live.linesReadByDuckDb()).toBe(sent);
  });
});
