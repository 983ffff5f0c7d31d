import { expect, test } from "bun:test";
import { digestOf } from "../../src/s3/digest.ts";

test.each(["sha256", "md5"] as const)(
  "digestOf() the %s of all slices, letting others have their turn",
  async (algorithm) => {
    const all = new Uint8Array(5_000_000).map((_, at) => at);
    const slices = [all.subarray(0, 10), all.subarray(10, 3_000_000), all.subarray(3_000_000)];
    let turns = 0;
    const timer = setInterval(() => turns++);
    const digest = await digestOf(algorithm, { slices });
    clearInterval(timer);
    expect(digest.toString("hex")).toBe(new Bun.CryptoHasher(algorithm).update(all).digest("hex"));
    expect(turns).toBeGreaterThan(0);
  },
);
