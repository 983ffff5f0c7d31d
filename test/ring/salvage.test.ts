import { describe, expect, test } from "bun:test";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { HEADER_BYTES, SLOT_OFFSETS } from "../../src/ring/layout.ts";
import { openRing } from "../../src/ring/open-ring.ts";
import { salvage } from "../../src/ring/salvage.ts";
import { TempDir } from "../support/temp-dir.ts";

/** A ring file with a delivered line, a sealed one and two behind it. */
function ringFile(directory: TempDir): string {
  const path = directory.file("logs.ring");
  const owner = { machine: "m", agent: "a", destination: "d" };
  const { ring } = openRing({
    folder: HeldFolder.open(directory.path),
    name: "logs.ring",
    stream: "logs",
    capacityBytes: 65_536,
    owner,
    memoryKind: "written",
    lastSecond: 0,
  });
  const offer = (n: number) => ring.offer(Buffer.from(`{"n":${n}}`));
  offer(1);
  offer(2);
  // More than what is freed, so it stays where it is.
  offer(3);
  ring.seal(1, 9, "");
  ring.acknowledge();
  ring.seal(2, 9, "");
  offer(4);
  ring.close();
  return path;
}

test("salvage() reads a file of a million lines", () => {
  using directory = new TempDir();
  const path = directory.file("lines");
  writeFileSync(path, "{}\n".repeat(1_000_000));
  expect(salvage(path).lines).toHaveLength(1_000_000);
});

const textOf = (lines: readonly Uint8Array[]): string => Buffer.concat([...lines]).toString();

describe("salvage()", () => {
  test("reads exactly what is held where the header can be trusted", () => {
    using directory = new TempDir();
    const { lines, basis, leftOutBytes } = salvage(ringFile(directory));
    expect([textOf(lines), basis, leftOutBytes]).toEqual(['{"n":2}\n{"n":3}\n{"n":4}\n', "header", 0]);
  });

  test("reads every line of the payload where it cannot", () => {
    using directory = new TempDir();
    const path = ringFile(directory);
    const bytes = readFileSync(path);
    for (const offset of SLOT_OFFSETS) bytes[offset + 30] = 0xff;
    writeFileSync(path, bytes);
    const { lines, basis, reason } = salvage(path);
    expect([textOf(lines), basis]).toEqual(['{"n":1}\n{"n":2}\n{"n":3}\n{"n":4}\n', "scan"]);
    expect(reason).toContain("header is damaged");
  });

  test("reads what is left of a file that was cut", () => {
    using directory = new TempDir();
    const path = ringFile(directory);
    truncateSync(path, HEADER_BYTES + 27);
    const { lines, leftOutBytes } = salvage(path);
    expect([textOf(lines), leftOutBytes]).toEqual(['{"n":2}\n{"n":3}\n', 3]);
  });

  test("does not lose the first line of a ring that is not known for one any more", () => {
    using directory = new TempDir();
    const path = ringFile(directory);
    const bytes = readFileSync(path);
    bytes[0] = 0;
    writeFileSync(path, bytes);
    expect(textOf(salvage(path).lines)).toBe('{"n":1}\n{"n":2}\n{"n":3}\n{"n":4}\n');
  });

  test("reads pieces that were set aside, and leaves out what is no JSON line", () => {
    using directory = new TempDir();
    writeFileSync(directory.file("pieces"), '{"n":1}\n{"n"\0:2}\n{"n":3}\nhalf');
    const { lines, basis, leftOutBytes } = salvage(directory.file("pieces"));
    expect([textOf(lines), basis, leftOutBytes]).toEqual(['{"n":1}\n{"n":3}\n', "bytes", 13]);
  });
});
