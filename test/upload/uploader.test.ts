import { describe, expect, test } from "bun:test";
import { PLAIN_FORM, type PutFailure } from "../../src/pipeline.ts";
import { compressorOf } from "../../src/upload/compress.ts";
import { Uploader } from "../../src/upload/uploader.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { eventually } from "../support/eventually.ts";
import { FakeDestination, RingFixture } from "./fixture.ts";

const LIMITS = { bufferLines: 10, objectMaxBytes: 1_000_000, pushFrequencyMs: 60_000 };
const passing: PutFailure = { kind: "retry", reason: "503", remedy: "Wait", isOutcomeKnown: false, afterMs: 60_000 };
const lasting: PutFailure = { ...passing, reason: "404 NoSuchBucket", remedy: "Create the bucket", isLasting: true };

function start(ring: RingFixture, ...script: readonly PutFailure[]) {
  const destination = new FakeDestination();
  destination.script.push(...script);
  const uploader = new Uploader({
    sources: [ring.ring],
    destination,
    limits: { ...LIMITS, putsInFlightMaxBytes: 1_000_000 },
  });
  ring.offer(1, 10);
  uploader.start();
  return { destination, uploader };
}

const never = new AbortController().signal;

describe("Uploader", () => {
  test.each([
    ["an earlier one", "bun 1.0.0, zlib 1, level 6", 1],
    ["the same", compressorOf("gzip"), 0],
  ])("tells once when the last run has sealed with another compressor: %s", async (_, compressor, times) => {
    using ring = new RingFixture();
    ring.offer(1, 3);
    ring.ring.seal(1_800_000_000, 1e6, "", { ...PLAIN_FORM, compression: "gzip", compressor });
    const lines = captureLog();
    try {
      const { uploader } = start(ring, { ...passing, afterMs: 0 });
      await uploader.drain(never);
      const told = lines.filter((line) => line.includes("The compressor is another one"));
      expect(told).toHaveLength(times);
      if (times > 0) expect(told[0]).toContain("bun 1.0.0, zlib 1, level 6");
    } finally {
      releaseLog();
    }
  });

  test("is degraded at once by what will not pass by itself, with the remedy", async () => {
    using ring = new RingFixture();
    const { uploader } = start(ring, lasting);
    await eventually("a verdict", () => uploader.health().status === "degraded");
    expect(uploader.health()).toEqual({
      status: "degraded",
      reason: "Cannot upload to fake: 404 NoSuchBucket (1 failure in 0 s)",
      remedy: "Create the bucket. The lines are kept, and sent when it works again",
    });
    await uploader.drain(never);
    expect(uploader.health()).toEqual({ status: "healthy" });
  });

  test.each([
    ["healthy", 2, {}],
    ["degraded", 3, { reason: expect.stringContaining("503 (3 failures in ") }],
  ] as const)("is %s after %d failures of anything else in a row", async (status, failures, why) => {
    using ring = new RingFixture();
    const quick = { ...passing, afterMs: 0 };
    const { uploader } = start(ring, ...Array.from({ length: failures - 1 }, () => quick), passing);
    // The last of them is the last for a long time.
    await eventually("the last failure", () => uploader.stats("logs")?.retries === failures);
    expect(uploader.health()).toMatchObject({ status, ...why });
    await uploader.drain(never);
    expect(uploader.health()).toEqual({ status: "healthy" });
  });

  test("says what it has delivered, and where", async () => {
    using ring = new RingFixture();
    const { uploader } = start(ring);
    await uploader.drain(never);
    expect(uploader.delivered).toEqual({ objects: 1, lines: 10, bytes: 81, to: "fake" });
  });
});
