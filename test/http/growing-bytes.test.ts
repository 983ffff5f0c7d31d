import { expect, test } from "bun:test";
import { GrowingBytes } from "../../src/http/growing-bytes.ts";

test.each([1_000_000, undefined])("GrowingBytes of %p bytes puts chunks of any size behind one another", (length) => {
  const all = Uint8Array.from({ length: 1_000_000 }, (_, n) => (n * 7) & 0xff);
  const subject = new GrowingBytes({ length, maxBytes: all.length });
  const chunks: Uint8Array[] = [];
  for (let at = 0, size = 1; at < all.length; at += size, size = (size * 3) % 70_001) {
    const chunk = all.slice(at, at + size);
    chunks.push(chunk);
    subject.add(chunk);
  }
  expect(subject.length).toBe(all.length);
  expect(Buffer.compare(subject.bytes, all)).toBe(0);
  expect(chunks.filter((chunk) => chunk.length > 8 * 1024)).toEqual([]);
});

test("GrowingBytes takes a body of one chunk as it is", () => {
  const chunk = new Uint8Array(100_000).fill(7);
  const subject = new GrowingBytes({ length: chunk.length, maxBytes: chunk.length });
  subject.add(chunk);
  expect(subject.bytes.buffer).toBe(chunk.buffer);
  subject.giveBack();
  expect(chunk.length).toBe(0);
});
