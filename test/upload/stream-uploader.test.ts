import { describe, expect, jest, test } from "bun:test";
import { ByteBudget } from "../../src/lib/byte-budget.ts";
import { COMPRESSION_ENDINGS, type ObjectForm, PLAIN_FORM, type PutResult } from "../../src/pipeline.ts";
import { compressorOf } from "../../src/upload/compress.ts";
import type { FormOf } from "../../src/upload/object-form.ts";
import { StreamUploader } from "../../src/upload/stream-uploader.ts";
import { eventually } from "../support/eventually.ts";
import { FakeDestination, numbersIn, RingFixture } from "./fixture.ts";
import { loopTurns } from "../support/turns.ts";

const LIMITS = { bufferLines: 10, objectMaxBytes: 1_000_000, pushFrequencyMs: 60_000 };
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const GZIP: ObjectForm = {
  folder: "a/run=7",
  suffix: ".jsonl",
  compression: "gzip",
  compressor: compressorOf("gzip"),
};
const FORMS = [PLAIN_FORM, GZIP, { ...GZIP, compression: "zstd" as const, compressor: compressorOf("zstd") }];

function start(
  ring: RingFixture,
  limits = LIMITS,
  form: ObjectForm | FormOf = PLAIN_FORM,
  compressionTurns = new ByteBudget(1),
) {
  const destination = new FakeDestination();
  const uploader = new StreamUploader({
    source: ring.ring,
    destination,
    limits,
    formOf: typeof form === "function" ? form : () => form,
    compressionTurns,
    putBudget: new ByteBudget(1_000_000),
  });
  const stop = new AbortController();
  const running = uploader.run(stop.signal);
  return {
    destination,
    uploader,
    stop,
    running,
    finish: async (): Promise<void> => {
      uploader.drain();
      await running;
    },
  };
}

describe("StreamUploader", () => {
  test("seals a batch as soon as it has enough lines", async () => {
    using ring = new RingFixture();
    const { destination, finish } = start(ring);
    ring.offer(1, 9);
    await loopTurns(20);
    expect(destination.stored).toEqual([]);
    ring.offer(10);
    await eventually("one object", () => destination.stored.length === 1);
    expect(numbersIn(destination.stored)).toEqual(numbers(1, 10));
    expect(ring.ring.usedBytes).toBe(0);
    await finish();
  });

  test("seals when the oldest line is old enough", async () => {
    using ring = new RingFixture();
    const { destination, finish } = start(ring, { ...LIMITS, pushFrequencyMs: 50 });
    ring.offer(1);
    await eventually("one object", () => destination.stored.length === 1);
    await finish();
  });

  test("seals at objectMaxBytes, into objects no larger", async () => {
    using ring = new RingFixture();
    const { destination, finish } = start(ring, { ...LIMITS, bufferLines: 1000, objectMaxBytes: 40 });
    ring.offer(1, 20);
    await finish();
    expect(numbersIn(destination.stored)).toEqual(numbers(1, 20));
    for (const { text } of destination.stored) expect(text.length).toBeLessThanOrEqual(40);
  });

  test("makes room for the longest line before it is needed", async () => {
    using ring = new RingFixture();
    const { destination, finish } = start(ring, { ...LIMITS, bufferLines: 1000, objectMaxBytes: 1_000_000 });
    const { lineMaxBytes } = ring.ring;
    for (let n = 1; n <= 4; n++) {
      await eventually("room", () => ring.ring.offer(new Uint8Array(lineMaxBytes).fill(0x20)) === "accepted");
      await eventually("an object", () => destination.stored.length === n);
    }
    await finish();
  });

  test("sends lines that come during a PUT in the next object", async () => {
    using ring = new RingFixture();
    const { destination, finish } = start(ring);
    ring.offer(1, 10);
    await eventually("an attempt", () => destination.attempts.length === 1);
    ring.offer(11, 13);
    await eventually("one object", () => destination.stored.length === 1);
    await finish();
    expect(destination.stored.map(({ text }) => text.split("\n").length - 1)).toEqual([10, 3]);
  });

  test.each(FORMS)("repeats the same bytes under the same name until they are stored: %o", async (form) => {
    using ring = new RingFixture();
    const { destination, uploader, finish } = start(ring, LIMITS, form);
    destination.script.push({ kind: "retry", reason: "503", afterMs: 0, isOutcomeKnown: true }, "stored-but-lost", {
      kind: "retry",
      reason: "reset",
      isOutcomeKnown: false,
    });
    ring.offer(1, 10);
    await eventually("attempts", () => destination.attempts.length >= 2);
    ring.offer(11, 12);
    await finish();
    expect(numbersIn(destination.stored)).toEqual(numbers(1, 12));
    expect(new Set(destination.attempts.slice(0, 4)).size).toBe(1);
    expect(uploader.stats()).toMatchObject({ retries: 3, objects: 2, last_error: "reset" });
    expect(uploader.trouble).toBeUndefined();
    expect(destination.stored.every(({ folder }) => folder === form.folder)).toBe(true);
    const ending = `.logs${form.suffix}${COMPRESSION_ENDINGS[form.compression]}`;
    expect(destination.stored.every(({ name }) => name.endsWith(ending))).toBe(true);
  });

  test("keeps within its limits the lines, whatever is left of them when they are compressed", async () => {
    using ring = new RingFixture();
    const { destination, uploader, finish } = start(ring, LIMITS, GZIP);
    ring.offer(1, 10);
    await finish();
    const lines = destination.stored.map(({ text }) => text).join("");
    expect(uploader.stats()).toMatchObject({ uploaded_lines: 10, uploaded_bytes: lines.length });
  });

  test("sends nothing, and notes no attempt, while it waits for its turn to compress", async () => {
    using ring = new RingFixture();
    const oneTurn = new ByteBudget(1);
    oneTurn.tryTake(1);
    const { destination, stop, running } = start(ring, LIMITS, GZIP, oneTurn);
    ring.offer(1, 10);
    await eventually("a batch", () => ring.ring.sealed !== undefined);
    await loopTurns();
    expect(ring.ring.sealed).toMatchObject({ wasAttempted: false });
    stop.abort();
    await running;
    expect(destination.attempts).toEqual([]);
    expect(ring.ring.sealed).toMatchObject({ wasAttempted: false, lines: 10 });
  });

  test("asks for the form when it seals: of which stream, and since when its lines wait", async () => {
    using ring = new RingFixture();
    const asked: unknown[] = [];
    const before = performance.now();
    const { finish } = start(ring, LIMITS, (stream, oldestAtMs) => {
      asked.push([stream, oldestAtMs >= before && oldestAtMs <= performance.now()]);
      return GZIP;
    });
    ring.offer(1, 10);
    await finish();
    expect(asked).toEqual([["logs", true]]);
  });

  test("takes the next name when the name belongs to other bytes", async () => {
    using ring = new RingFixture();
    const { destination, finish } = start(ring);
    destination.script.push({ kind: "name-taken" });
    ring.offer(1, 10);
    await finish();
    expect(destination.attempts.length).toBe(2);
    expect(destination.attempts[0] ?? "").not.toBe(destination.attempts[1] ?? "");
    expect(numbersIn(destination.stored)).toEqual(numbers(1, 10));
  });

  test("uses no second twice", async () => {
    using ring = new RingFixture();
    const { destination, finish } = start(ring, { ...LIMITS, bufferLines: 1 });
    for (let n = 1; n <= 3; n++) {
      ring.offer(n);
      await eventually(`${n} objects`, () => destination.stored.length === n);
    }
    await finish();
    const names = destination.stored.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].toSorted());
  });

  test("ends a drain at its deadline, whatever the destination does", async () => {
    using ring = new RingFixture();
    const { destination, uploader, stop, running } = start(ring);
    let isAsked = false;
    destination.put = () => ((isAsked = true), new Promise(() => {}));
    ring.offer(1, 10);
    await eventually("an attempt", () => isAsked);
    uploader.drain();
    stop.abort();
    await running;
    expect(ring.ring.lines).toBe(10);
  });

  test("tries again when the destination throws", async () => {
    using ring = new RingFixture();
    const { destination, uploader, finish } = start(ring);
    const put = destination.put.bind(destination);
    destination.put = () => Promise.reject(new TypeError("Invalid URL"));
    ring.offer(1, 10);
    await eventually("trouble", () => uploader.trouble?.reason === "TypeError");
    destination.put = put;
    await finish();
    expect(numbersIn(destination.stored)).toEqual(numbers(1, 10));
  });

  test("drains at once, though it waits for a retry", async () => {
    using ring = new RingFixture();
    const { destination, finish } = start(ring);
    destination.script.push({ kind: "retry", reason: "busy", afterMs: 30_000, isOutcomeKnown: false });
    ring.offer(1, 10);
    await eventually("an attempt", () => destination.attempts.length === 1);
    await finish();
    expect(numbersIn(destination.stored)).toEqual(numbers(1, 10));
  });

  test("leaves the sealed batch in the ring when it is cut off, and the next run sends it", async () => {
    using ring = new RingFixture();
    const first = start(ring);
    first.destination.script.push("hang");
    ring.offer(1, 10);
    await eventually("an attempt", () => first.destination.attempts.length === 1);
    first.stop.abort();
    await first.running;
    expect(first.destination.stored).toEqual([]);
    expect(ring.ring.lines).toBe(10);
    const second = start(ring);
    await second.finish();
    expect(second.destination.attempts).toEqual(first.destination.attempts);
    expect(numbersIn(second.destination.stored)).toEqual(numbers(1, 10));
  });

  test("tells its trouble while the destination fails", async () => {
    using ring = new RingFixture();
    const { destination, uploader, finish } = start(ring);
    destination.script.push({ kind: "retry", reason: "403 Forbidden", afterMs: 30_000, isOutcomeKnown: true });
    ring.offer(1, 10);
    await eventually("a failure", () => uploader.trouble !== undefined);
    expect(uploader.trouble).toMatchObject({ reason: "403 Forbidden" });
    await finish();
  });

  describe("owns the outcome of attempts:", () => {
    const refused = { kind: "retry", reason: "403", isOutcomeKnown: true } as const;
    const lost = { kind: "retry", reason: "reset", isOutcomeKnown: false } as const;

    test.each([
      ["nothing is in doubt at first, nor after refusals", [refused, refused], [false, false, false]],
      ["an answer that was lost leaves a doubt", [lost], [false, true]],
      ["no later answer clears it", [lost, refused], [false, true, true]],
      ["a new name has none", [lost, { kind: "name-taken" }, refused], [false, true, false, false]],
    ] as const)("%s", async (_, script, doubts) => {
      using ring = new RingFixture();
      const { destination, finish } = start(ring);
      destination.script.push(...script);
      ring.offer(1, 10);
      await finish();
      expect(destination.doubts).toEqual([...doubts]);
    });

    test("what was begun when the process died is in doubt in the next run", async () => {
      using ring = new RingFixture();
      const first = start(ring);
      first.destination.script.push(refused, "hang");
      ring.offer(1, 10);
      first.uploader.drain();
      await eventually("two attempts", () => first.destination.attempts.length === 2);
      expect(first.destination.doubts).toEqual([false, false]);
      first.stop.abort();
      await first.running;
      const second = start(ring);
      await second.finish();
      expect(second.destination.doubts).toEqual([true]);
    });

    test("an attempt that throws may have stored its object", async () => {
      using ring = new RingFixture();
      const { destination, finish } = start(ring);
      const put = destination.put.bind(destination);
      destination.put = (...given) => {
        destination.put = put;
        destination.doubts.push(given[0].wasAttempted);
        return Promise.reject(new TypeError("what is this"));
      };
      ring.offer(1, 10);
      await finish();
      expect(destination.doubts).toEqual([false, true]);
    });
  });

  test("waits for an attempt that it has given up, and stores nothing twice when that has stored it", async () => {
    jest.useFakeTimers();
    try {
      using ring = new RingFixture();
      const { destination, uploader, running } = start(ring);
      const ended = Promise.withResolvers<PutResult>();
      let calls = 0;
      destination.put = () => {
        calls++;
        return ended.promise;
      };
      ring.offer(1, 10);
      await turns();
      uploader.drain();
      await turns();
      jest.advanceTimersByTime(8000);
      await turns();
      jest.advanceTimersByTime(1000);
      await turns();
      expect(uploader.trouble?.reason).toBe("no answer yet, and the agent is stopping");
      expect(calls).toBe(1);
      ended.resolve({ kind: "stored" });
      await running;
      expect(calls).toBe(1);
      expect(ring.ring.lines).toBe(0);
      expect(uploader.delivered).toMatchObject({ objects: 1, lines: 10 });
    } finally {
      jest.useRealTimers();
    }
  });
});

/** Lets everything run that waits for nothing but its turn. */
async function turns(): Promise<void> {
  for (let n = 0; n < 20; n++) await Promise.resolve();
}
