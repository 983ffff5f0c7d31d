import { describe, expect, test } from "bun:test";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { ByteBudget } from "../../src/lib/byte-budget.ts";
import type { Batch } from "../../src/pipeline.ts";
import { compressed, compressorOf } from "../../src/upload/compress.ts";
import { batchOf, NEVER } from "./batch.ts";
import { loopTurns } from "../support/turns.ts";

const INFLATE = { gzip: gunzipSync, zstd: zstdDecompressSync } as const;
/** Longer than some pieces, and not made of whole ones. */
const LINES = Array.from(
  { length: 9000 },
  (_, n) => `{"n":${n},"hash":"${Bun.hash(String(n))}","pad":"${"x".repeat(60)}"}\n`,
);
const turns = (): ByteBudget => new ByteBudget(1);

async function objectOf(pieces: readonly string[], compression: Batch["compression"]): Promise<Batch> {
  const object = await compressed(batchOf(pieces, { compression }), turns(), NEVER);
  if (object === undefined) throw new Error("nobody has stopped it");
  return object;
}

test("compressed() leaves a batch as it is that is not to be compressed", async () => {
  const batch = batchOf(LINES);
  expect(await compressed(batch, turns(), NEVER)).toBe(batch);
});

describe.each(["gzip", "zstd"] as const)("compressed() by %s", (compression) => {
  test("holds the lines, and says what is sent: its bytes, and their checksum", async () => {
    const object = await objectOf(LINES, compression);
    const sent = Buffer.concat(object.slices);
    expect(INFLATE[compression](sent).toString()).toBe(LINES.join(""));
    expect([object.bytes, object.crc32]).toEqual([sent.length, Bun.hash.crc32(sent)]);
    expect(object.bytes).toBeLessThan(LINES.join("").length / 4);
    expect(object.plain).toMatchObject({ compression, bytes: LINES.join("").length });
  });

  test("is the same each time, wherever the ring cuts the lines", async () => {
    const text = LINES.join("");
    const cuts = [[text], LINES, [text.slice(0, 262_143), text.slice(262_143)], [text.slice(0, 1), text.slice(1)]];
    const objects = await Promise.all(cuts.map((pieces) => objectOf(pieces, compression)));
    expect(new Set(objects.map(({ slices }) => Buffer.concat(slices).toString("hex"))).size).toBe(1);
  });

  test("compresses one batch at a time", async () => {
    const shared = turns();
    const release = await shared.take(1, NEVER);
    let isDone = false;
    const waiting = compressed(batchOf(LINES, { compression }), shared, NEVER).then((object) => {
      isDone = true;
      return object;
    });
    await objectOf(LINES, compression);
    expect(isDone).toBe(false);
    release?.();
    expect((await waiting)?.plain).toBeDefined();
    expect(shared.usedBytes).toBe(0);
  });

  test("ends between two pieces when it is stopped, and lets the next one in", async () => {
    const shared = turns();
    const stop = new AbortController();
    const stopped = compressed(batchOf(LINES, { compression }), shared, stop.signal);
    stop.abort();
    expect(await stopped).toBeUndefined();
    expect(shared.usedBytes).toBe(0);
    expect(await compressed(batchOf(LINES, { compression }), shared, stop.signal)).toBeUndefined();
  });

  test("reads none of the ring's memory once it has been stopped", async () => {
    const stop = new AbortController();
    const batch = batchOf([LINES.join("").repeat(4)], { compression });
    const stopped = compressed(batch, turns(), stop.signal);
    await loopTurns();
    stop.abort();
    expect(await stopped).toBeUndefined();
    // As the memory of a ring that is closed.
    for (const slice of batch.slices) slice.buffer.transfer(0);
    await objectOf(LINES, compression);
  });

  test("names its compressor with version and level", () => {
    expect(compressorOf(compression)).toMatch(/^bun 1\.\d+\.\d+, (zlib|zstd) \w{4,12}, level \d$/);
  });
});
