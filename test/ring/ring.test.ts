import { describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, openSync, readFileSync, statSync, truncateSync, writeSync } from "node:fs";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import type { Batch, ObjectForm } from "../../src/pipeline.ts";
import { HEAD_COPY_OFFSET, HEAD_OFFSET, HEADER_BYTES, SLOT_OFFSETS } from "../../src/ring/layout.ts";
import { openRing, type OpenedRing, type RingOptions } from "../../src/ring/open-ring.ts";
import { readSlot } from "../../src/ring/recovery.ts";
import { writeRingFile } from "../../src/ring/ring-file.ts";
import type { Ring } from "../../src/ring/ring.ts";
import { ringBytes } from "../support/peak-memory.ts";
import { TempDir } from "../support/temp-dir.ts";

const CAPACITY = 64 * 1024;
const OWNER = { machine: "m1", agent: "a1", destination: "folder" };

function open(directory: TempDir, change: Partial<RingOptions> = {}): OpenedRing {
  return openRing({
    folder: HeldFolder.open(directory.path),
    name: "logs.ring",
    stream: "logs",
    capacityBytes: CAPACITY,
    owner: OWNER,
    memoryKind: "mapped",
    lastSecond: 0,
    now: () => new Date("2026-11-22T10:00:00Z"),
    ...change,
  });
}

function line(n: number, size = 20): string {
  return JSON.stringify({ n, pad: "x".repeat(size) });
}

/** To the brim, if there are so many. */
function offer(ring: Ring, ...lines: string[]): void {
  for (const text of lines) expect(ring.offer(Buffer.from(text), "own")).toBe("accepted");
}

function textOf(batch: Batch | undefined): string {
  return Buffer.concat(batch?.slices ?? []).toString();
}

function patch(path: string, offset: number, bytes: Uint8Array): void {
  writeSync(openSync(path, "r+"), bytes, 0, bytes.length, offset);
}

function filled(directory: TempDir, change: Partial<RingOptions> = {}): void {
  const { ring } = open(directory, change);
  offer(ring, line(1), line(2));
  ring.seal(100, line(1).length + 1, "");
  offer(ring, line(3));
  ring.close();
}

/** MiB that this process has in memory of the rings whose files are there. */
function residentMib(): number {
  return ringBytes(process.pid) / 2 ** 20;
}

/** A store that has taken nothing for so long is slow. */
const SLOW_STORE_MS = 300;

describe.skipIf(process.platform !== "linux")("pages of a ring", () => {
  const capacityBytes = 32 * 1024 * 1024;

  test("leave the memory before anything is sent, and what a seal does not need stays out", () => {
    using directory = new TempDir();
    let nowMs = 0;
    const { ring } = open(directory, { capacityBytes, nowMs: () => nowMs });
    nowMs += SLOW_STORE_MS;
    offer(ring, ...Array.from({ length: 30 }, (_, n) => line(n, 1_000_000)));
    expect(residentMib()).toBeLessThan(8 + 4.1);
    ring.seal(100, 2_500_000, "");
    expect(ring.sealed?.lines).toBe(2);
    expect(ring.unsealedLines).toBe(28);
    expect(residentMib()).toBeLessThan(8 + 4.1);
    ring.close();
  });

  test("of lines that wait for a slow store leave the memory, and nothing else", () => {
    using directory = new TempDir();
    const path = directory.file("logs.ring");
    const lines = Array.from({ length: 30 }, (_, n) => line(n, 1_000_000));
    let nowMs = 0;
    const { ring } = open(directory, { capacityBytes, nowMs: () => nowMs });
    offer(ring, ...lines.slice(0, 15));
    ring.seal(100, 1_500_000, "");
    expect(residentMib()).toBeGreaterThan(14);
    nowMs += SLOW_STORE_MS;
    offer(ring, ...lines.slice(15));
    expect(residentMib()).toBeLessThan(8 + 4.1);

    const inFile = readFileSync(path).subarray(HEADER_BYTES);
    const expected = lines.map((text) => `${text}\n`).join("");
    expect(inFile.subarray(0, expected.length).equals(Buffer.from(expected))).toBe(true);
    ring.acknowledge();
    const rest = ring.seal(101, capacityBytes, "");
    expect(textOf(rest) === expected.slice(lines[0]?.length).slice(1)).toBe(true);
    expect(residentMib()).toBeGreaterThan(25);
    ring.acknowledge();
    expect(residentMib()).toBeLessThan(8.1);
    ring.close();
  });

  test("stay in a small ring, whose neighbours in memory are not ours", () => {
    using directory = new TempDir();
    let nowMs = 0;
    const { ring } = open(directory, { capacityBytes: 1024 * 1024, nowMs: () => nowMs });
    for (let n = 0; n < 12; n++) {
      offer(ring, line(n, 450_000));
      ring.seal(100 + 2 * n, 1_000_000, "");
      if (n === 10) nowMs += SLOW_STORE_MS;
      offer(ring, line(n, 450_000));
      ring.acknowledge();
      ring.seal(101 + 2 * n, 1_000_000, "");
      expect(textOf(ring.sealed)).toBe(`${line(n, 450_000)}\n`);
      ring.acknowledge();
    }
    ring.close();
  });
});

describe.each(["mapped", "written"] as const)("Ring in %s memory", (memoryKind) => {
  test("seals what was offered, in order, and is empty after the acknowledgement", () => {
    using directory = new TempDir();
    const { ring } = open(directory, { memoryKind });
    expect(ring.memoryKind).toBe(memoryKind);
    offer(ring, line(1), line(2));
    const batch = ring.seal(1_700_000_000, 1_000_000, "");
    expect(batch).toMatchObject({ name: "20231114-221320.logs.log", lines: 2, wasAttempted: false });
    expect(textOf(batch)).toBe(`${line(1)}\n${line(2)}\n`);
    offer(ring, line(3));
    expect(ring.unsealedLines).toBe(1);
    ring.acknowledge();
    expect(ring.sealed).toBeUndefined();
    expect(ring.lines).toBe(1);
  });

  test("is found again by the next start, the sealed batch with its name and bytes", () => {
    using directory = new TempDir();
    const first = open(directory, { memoryKind }).ring;
    offer(first, line(1), line(2), line(3));
    first.seal(1_700_000_000, line(1).length + 1, "");
    first.close();
    const { ring, notices } = open(directory, { memoryKind });
    expect(notices).toEqual([]);
    expect(ring.sealed).toMatchObject({ name: "20231114-221320.logs.log", lines: 1, place: "" });
    expect(textOf(ring.sealed)).toBe(`${line(1)}\n`);
    expect(ring.unsealedLines).toBe(2);
    expect(ring.oldestUnsealedAtMs).toBe(Number.NEGATIVE_INFINITY);
    ring.acknowledge();
    expect(textOf(ring.seal(1_700_000_001, 1_000_000, ""))).toBe(`${line(2)}\n${line(3)}\n`);
  });

  test("refuses a line that does not fit now, and one that never can", () => {
    using directory = new TempDir();
    const { ring } = open(directory, { memoryKind });
    expect(ring.lineMaxBytes).toBe(CAPACITY / 2);
    expect(ring.offer(new Uint8Array(CAPACITY / 2 + 1))).toBe("too-large");
    expect(ring.offer(Buffer.from(line(1, CAPACITY / 2 - 20)))).toBe("accepted");
    expect(ring.offer(Buffer.from(line(2, CAPACITY / 2 - 20)), "own")).toBe("accepted");
    expect(ring.offer(Buffer.from(line(3)), "own")).toBe("full");
    ring.refuse();
    expect(ring.offer(Buffer.from("{}"))).toBe("closed");
  });

  test("keeps its last eighth for our own senders, whatever others offer", () => {
    using directory = new TempDir();
    const { ring } = open(directory, { memoryKind });
    const [large, small] = [Buffer.from(line(1, CAPACITY / 4)), Buffer.from(line(2, CAPACITY / 20))];
    for (let n = 0; n < 3; n++) expect(ring.offer(large)).toBe("accepted");
    expect(ring.offer(large)).toBe("full");
    // A job that fills the last gap with less and less.
    while (ring.offer(Buffer.from("{}")) === "accepted") expect(ring.usedBytes).toBeLessThan(CAPACITY);
    expect(ring.usedBytes).toBeLessThanOrEqual((CAPACITY * 7) / 8);
    expect([ring.room.isFull, ring.room.isFullForOwn]).toEqual([true, false]);
    expect([ring.offer(small, "own"), ring.offer(small, "own"), ring.offer(small, "own")]).toEqual([
      "accepted",
      "accepted",
      "full",
    ]);
    expect([ring.room.isFull, ring.room.isFullForOwn]).toEqual([true, true]);
    ring.seal(100, CAPACITY, "");
    ring.acknowledge();
    expect([ring.room.isFull, ring.room.isFullForOwn]).toEqual([false, false]);
    expect(ring.offer(large)).toBe("accepted");
  });

  test("carries lines across the end of the payload", () => {
    using directory = new TempDir();
    const { ring } = open(directory, { memoryKind });
    const held: string[] = [];
    let wrapped = 0;
    for (let round = 1; round <= 60; round++) {
      const fresh = [line(round, 1400), line(-round, 900)];
      offer(ring, ...fresh);
      held.push(...fresh);
      // More than half of the ring, or it would be rewound.
      if (held.length < 30) continue;
      const batch = ring.seal(round, 3000, "");
      expect(textOf(batch)).toBe(`${held.splice(0, batch?.lines).join("\n")}\n`);
      if (batch?.slices.length === 2) wrapped++;
      ring.acknowledge();
    }
    expect(wrapped).toBeGreaterThan(0);
  });

  test("goes on in the first pages after it was empty", () => {
    using directory = new TempDir();
    const { ring } = open(directory, { memoryKind });
    for (let n = 1; n <= 50; n++) {
      offer(ring, line(n, 3000));
      ring.seal(n, 1e6, "");
      ring.acknowledge();
    }
    const file = readFileSync(directory.file("logs.ring"));
    expect(file.subarray(HEADER_BYTES + 4096).every((byte) => byte === 0)).toBe(true);
  });

  test("goes on in the first pages when little came while a batch was on its way", () => {
    using directory = new TempDir();
    const { ring } = open(directory, { memoryKind });
    offer(ring, line(0, 500));
    for (let n = 1; n <= 50; n++) {
      offer(ring, line(n, 2000));
      const batch = ring.seal(n, 1e6, "");
      offer(ring, line(-n, 500));
      expect(textOf(batch)).toBe(`${line(1 - n, 500)}\n${line(n, 2000)}\n`);
      ring.acknowledge();
    }
    ring.close();
    const file = readFileSync(directory.file("logs.ring"));
    expect(file.subarray(HEADER_BYTES + 4096).every((byte) => byte === 0)).toBe(true);
    const again = open(directory, { memoryKind });
    expect(again.notices).toEqual([]);
    expect(textOf(again.ring.seal(51, 1e6, ""))).toBe(`${line(-50, 500)}\n`);
  });

  test("erases everything when telemetry is off", () => {
    using directory = new TempDir();
    const { ring } = open(directory, { memoryKind });
    offer(ring, line(1), line(2));
    ring.seal(1, 30, "");
    expect(ring.erase()).toBe(2);
    expect(ring.usedBytes).toBe(0);
    expect(open(directory).ring.lines).toBe(0);
  });
});

describe("Ring.seal()", () => {
  test("refuses a second that was used before, also by an earlier run", () => {
    using directory = new TempDir();
    const { ring } = open(directory);
    offer(ring, line(1));
    ring.seal(100, 1e6, "");
    ring.acknowledge();
    offer(ring, line(2));
    expect(() => ring.seal(100, 1e6, "")).toThrow("already used");
    ring.close();
    expect(open(directory).ring.lastObjectSecond).toBe(100);
  });

  test("tells the second before it is used, so that a lost ring file does not bring it back", () => {
    using directory = new TempDir();
    const seconds: number[] = [];
    const { ring } = open(directory, { onSecond: (second) => seconds.push(second) });
    offer(ring, line(1));
    ring.seal(5, 1e6, "");
    ring.rename(9);
    expect(seconds).toEqual([5, 9]);
    expect(ring.sealed?.name).toBe("19700101-000009.logs.log");
  });

  test("keeps the form of the object, whatever the next run would choose; a later name has its own day and hour", () => {
    using directory = new TempDir();
    const { ring } = open(directory);
    offer(ring, line(1));
    const lastOfTheDay = Date.UTC(2026, 10, 22, 23, 59, 59) / 1000;
    ring.seal(lastOfTheDay, 1e6, "prefix", FORM);
    ring.close();
    const again = open(directory).ring;
    expect(again.sealed).toMatchObject({
      name: "20261122-235959.logs.jsonl.zst",
      place: "prefix",
      folder: "date=2026-11-22/23/run=7",
      compression: "zstd",
      compressor: FORM.compressor,
    });
    expect(again.rename(lastOfTheDay + 1)).toMatchObject({
      name: "20261123-000000.logs.jsonl.zst",
      folder: "date=2026-11-23/00/run=7",
    });
  });

  test("a file without a form is one of version 2, which earlier programs read; one with a form they set aside", () => {
    using directory = new TempDir();
    const { ring } = open(directory);
    offer(ring, line(1));
    const versions: unknown[] = [versionIn(directory)];
    ring.seal(1, 1e6, "");
    versions.push(versionIn(directory));
    ring.acknowledge();
    offer(ring, line(2));
    ring.seal(2, 1e6, "", FORM);
    versions.push(versionIn(directory));
    ring.noteAttempt();
    versions.push(versionIn(directory));
    ring.acknowledge();
    versions.push(versionIn(directory));
    expect(versions).toEqual([2, 2, 3, 3, 2]);
  });

  test("reads the file of an earlier program, with a batch that it had sealed and sent", () => {
    using directory = new TempDir();
    // As the program before wrote it: version 2, no word of a form, nor of the highest byte in use.
    const lines = [`${line(1)}\n`, `${line(2)}\n`].map((text) => Buffer.from(text));
    const end = lines[0]?.length ?? 0;
    writeRingFile(
      { folder: HeldFolder.open(directory.path), name: "logs.ring" },
      {
        version: 2,
        generation: 6,
        stream: "logs",
        capacity: CAPACITY,
        owner: OWNER,
        tail: 0,
        head: Buffer.concat(lines).length,
        sealed: {
          end,
          lines: 1,
          crc32: Bun.hash.crc32(lines[0] ?? ""),
          second: 100,
          place: "ci/{date}/host",
          isSent: true,
        },
        lastSecond: 100,
      },
      lines,
    );
    const { ring, notices } = open(directory);
    expect(notices).toEqual([]);
    expect(ring.sealed).toMatchObject({
      name: "19700101-000140.logs.log",
      place: "ci/{date}/host",
      folder: "",
      compression: "none",
      wasAttempted: true,
    });
    expect(textOf(ring.sealed)).toBe(`${line(1)}\n`);
    ring.acknowledge();
    expect(textOf(ring.seal(101, 1e6, ""))).toBe(`${line(2)}\n`);
  });

  test("leaves the file of a later program alone, and says which version it has", () => {
    using directory = new TempDir();
    const { ring } = open(directory);
    offer(ring, line(1));
    ring.close();
    const path = directory.file("logs.ring");
    const slot = readSlot(readFileSync(path));
    if (typeof slot === "string") throw new Error(slot);
    const text = Buffer.from(JSON.stringify({ ...slot, version: 4 }));
    const bytes = Buffer.alloc(8 + text.length);
    bytes.writeUInt32LE(text.length, 4);
    bytes.set(text, 8);
    bytes.writeUInt32LE(Bun.hash.crc32(bytes.subarray(4)), 0);
    patch(path, SLOT_OFFSETS[slot.generation % 2 === 0 ? 0 : 1], bytes);
    expect(open(directory).notices).toMatchObject([
      { kind: "damaged", reason: "its header is damaged: it has format version 4, this program reads 2 and 3" },
    ]);
  });
});

const FORM: ObjectForm = {
  folder: "date={date}/{hour}/run=7",
  suffix: ".jsonl",
  compression: "zstd",
  compressor: "zstd 1, level 3",
};

function versionIn(directory: TempDir): unknown {
  const slot = readSlot(readFileSync(directory.file("logs.ring")));
  return typeof slot === "string" ? slot : slot.version;
}

function payloadOf(directory: TempDir): Buffer {
  return readFileSync(directory.file("logs.ring")).subarray(HEADER_BYTES);
}

describe.each(["mapped", "written"] as const)("Ring.wipe() in %s memory", (memoryKind) => {
  test("overwrites delivered lines, also those of an earlier run and behind the wrap", () => {
    using directory = new TempDir();
    const { ring } = open(directory, { memoryKind });
    for (let n = 0; n < 5; n++) {
      offer(ring, line(n, 30_000));
      ring.seal(100 + 2 * n, 1e6, "");
      offer(ring, line(n, 20_000));
      ring.acknowledge();
      ring.seal(101 + 2 * n, 1e6, "");
      ring.acknowledge();
    }
    ring.close();
    expect(payloadOf(directory).includes("xxx")).toBe(true);
    const again = open(directory, { memoryKind, lastSecond: 300 }).ring;
    again.wipe();
    expect(payloadOf(directory).every((byte) => byte === 0)).toBe(true);
    offer(again, line(1));
    expect(textOf(again.seal(301, 1e6, ""))).toBe(`${line(1)}\n`);
  });

  test("touches nothing while a line is held", () => {
    using directory = new TempDir();
    const { ring } = open(directory, { memoryKind });
    offer(ring, line(1));
    ring.wipe();
    expect(textOf(ring.seal(1, 1e6, ""))).toBe(`${line(1)}\n`);
  });
});

test("Ring.suspend() refuses lines until it is lifted", () => {
  using directory = new TempDir();
  const { ring } = open(directory);
  ring.suspend("EROFS");
  expect(ring.offer(Buffer.from(line(1)))).toBe("failed");
  expect(ring.lastWriteError).toBe("EROFS");
  ring.suspend(undefined);
  expect(ring.lastWriteError).toBeUndefined();
  offer(ring, line(2));
});

describe("openRing()", () => {
  test("makes a file that nobody else can read", () => {
    using directory = new TempDir();
    open(directory);
    expect(statSync(directory.file("logs.ring")).mode & 0o777).toBe(0o600);
  });

  test("takes the smaller copy of the head that is a line end", () => {
    using directory = new TempDir();
    filled(directory);
    const path = directory.file("logs.ring");
    const head = readFileSync(path).readBigUInt64LE(HEAD_OFFSET);
    const word = Buffer.alloc(8);
    word.writeBigUInt64LE(head - BigInt(line(3).length + 1));
    patch(path, HEAD_COPY_OFFSET, word);
    expect(open(directory).ring.lines).toBe(2);
    // A flipped bit: out of range, or not at a line end.
    for (const wrong of [head + (1n << 40n), head - 3n]) {
      using other = new TempDir();
      filled(other);
      word.writeBigUInt64LE(wrong);
      patch(other.file("logs.ring"), HEAD_OFFSET, word);
      expect(open(other).ring.lines).toBe(3);
    }
  });

  test("never sends a sealed batch whose checksum does not match, and retires its name", () => {
    using directory = new TempDir();
    filled(directory);
    patch(directory.file("logs.ring"), HEADER_BYTES + 3, Buffer.from("Z"));
    const { ring, notices } = open(directory);
    expect(ring.sealed).toBeUndefined();
    expect(ring.unsealedLines).toBe(2);
    expect(ring.lastObjectSecond).toBe(100);
    expect(notices).toMatchObject([{ kind: "damaged", linesKept: 2 }]);
    expect(readFileSync(notices[0]?.file ?? "").toString()).toContain("Z");
  });

  test("sets a line aside that is no longer JSON", () => {
    using directory = new TempDir();
    filled(directory);
    patch(directory.file("logs.ring"), HEADER_BYTES + line(1).length + 1, Buffer.from([0xff]));
    const { ring, notices } = open(directory);
    expect(textOf(ring.sealed)).toBe(`${line(1)}\n`);
    ring.acknowledge();
    expect(textOf(ring.seal(101, 1e6, ""))).toBe(`${line(3)}\n`);
    expect(notices).toMatchObject([{ kind: "damaged", linesKept: 2 }]);
  });

  test("sets aside a payload that was never written back, as after power loss", () => {
    using directory = new TempDir();
    const { ring } = open(directory);
    offer(ring, line(1), line(2));
    ring.close();
    patch(directory.file("logs.ring"), HEADER_BYTES, new Uint8Array(200));
    const again = open(directory);
    expect(again.notices).toMatchObject([{ kind: "damaged", linesKept: 0 }]);
    offer(again.ring, line(3));
    expect(textOf(again.ring.seal(1, 1e6, ""))).toBe(`${line(3)}\n`);
  });

  const whole: [string, (path: string) => void][] = [
    ["a header with a flipped bit", (path) => SLOT_OFFSETS.forEach((at) => patch(path, at + 20, Buffer.from("~")))],
    ["a file that was cut", (path) => truncateSync(path, HEADER_BYTES + 1000)],
    ["a file shorter than its header", (path) => truncateSync(path, 100)],
    ["another kind of file", (path) => patch(path, 0, Buffer.from("GARBAGE!"))],
  ];
  test.each(whole)("sets aside %s, names it, and goes on", (_, damage) => {
    using directory = new TempDir();
    filled(directory);
    damage(directory.file("logs.ring"));
    const { ring, notices } = open(directory, { lastSecond: 100 });
    expect(notices).toMatchObject([{ kind: "damaged" }]);
    expect(statSync(notices[0]?.file ?? "").isFile()).toBe(true);
    expect(notices[0]?.file).toEndWith("logs.ring.damaged-20261122-100000");
    offer(ring, line(9));
    expect(ring.seal(101, 1e6, "")?.lines).toBe(1);
  });

  test("begins at position 0 again before positions are no exact numbers any more", () => {
    using directory = new TempDir();
    const path = directory.file("logs.ring");
    filled(directory);
    const slot = readSlot(readFileSync(path));
    if (typeof slot === "string") throw new Error(slot);
    const held = Buffer.from(`${line(1)}\n`);
    const tail = CAPACITY * Math.ceil((Number.MAX_SAFE_INTEGER * 0.6) / CAPACITY);
    writeRingFile(
      { folder: HeldFolder.open(directory.path), name: "logs.ring" },
      { ...slot, tail, head: tail + held.length, sealed: null },
      [held],
    );
    const { ring, notices } = open(directory);
    expect(notices).toEqual([]);
    expect(ring.lastObjectSecond).toBe(100);
    expect(textOf(ring.seal(101, 1e6, ""))).toBe(held.toString());
    expect(readSlot(readFileSync(path))).toMatchObject({ tail: 0, head: held.length });
  });

  test("sets aside the ring of another stream", () => {
    using directory = new TempDir();
    filled(directory, { stream: "traces" });
    expect(open(directory).notices).toMatchObject([{ kind: "damaged", reason: "it is the ring of the stream traces" }]);
  });

  test.each([
    ["machine", "its lines are of another machine"],
    ["agent", "its lines are of another agent.id"],
    ["destination", "its lines were meant for another destination"],
  ])("sets aside the lines of another %s", (part, reason) => {
    using directory = new TempDir();
    filled(directory);
    const { ring, notices } = open(directory, { owner: { ...OWNER, [part]: "other" } });
    expect(notices).toMatchObject([{ kind: "foreign", reason }]);
    expect(ring.lines).toBe(0);
  });

  test("takes lines back when the owner returns for whom they were set aside, under their names and in order", () => {
    using directory = new TempDir();
    const other = { owner: { ...OWNER, destination: "other" } };
    filled(directory);
    const away = open(directory, other);
    offer(away.ring, line(7));
    away.ring.close();
    const { ring, notices } = open(directory);
    expect(notices).toMatchObject([{ kind: "foreign" }, { kind: "taken-back", linesKept: 3 }]);
    expect(textOf(ring.sealed)).toBe(`${line(1)}\n`);
    expect(ring.lines).toBe(3);
    ring.acknowledge();
    expect(textOf(ring.seal(200, 1e6, ""))).toBe(`${line(2)}\n${line(3)}\n`);
    ring.acknowledge();
    ring.close();
    const back = open(directory, other);
    expect(back.notices).toMatchObject([{ kind: "taken-back", linesKept: 1 }]);
    expect(back.ring.lines).toBe(1);
  });

  test("takes lines back into a ring of the same owner only when that is empty, and never goes back behind its names", () => {
    using directory = new TempDir();
    const aside = directory.file("logs.ring.foreign-20260101-000000");
    filled(directory);
    copyFileSync(directory.file("logs.ring"), aside);
    const { ring } = open(directory);
    expect(ring.lines).toBe(3);
    expect(existsSync(aside)).toBe(true);
    ring.acknowledge();
    ring.seal(500, 1e6, "");
    ring.acknowledge();
    ring.close();
    const back = open(directory).ring;
    expect(back.lines).toBe(3);
    expect(back.lastObjectSecond).toBe(500);
    expect(existsSync(aside)).toBe(false);
  });

  test("goes on after an update that knows more of the machine, and sets aside the clone's lines from then on", () => {
    using directory = new TempDir();
    filled(directory, { owner: { ...OWNER, machine: "m1" } });
    const updated = open(directory, { owner: { ...OWNER, machine: "m1/uuid" } });
    expect(updated.notices).toEqual([]);
    updated.ring.acknowledge();
    updated.ring.close();
    expect(open(directory, { owner: { ...OWNER, machine: "m1" } }).notices).toEqual([]);
    expect(open(directory, { owner: { ...OWNER, machine: "m1/clone" } }).notices).toMatchObject([{ kind: "foreign" }]);
  });

  test.each([CAPACITY * 2, CAPACITY / 2])(
    "moves what is held into a file of another size (%d bytes)",
    (capacityBytes) => {
      using directory = new TempDir();
      filled(directory);
      const { ring, notices } = open(directory, { capacityBytes });
      expect(notices).toMatchObject([{ kind: "resized", linesKept: 3 }]);
      expect(ring.capacityBytes).toBe(capacityBytes);
      expect(ring.sealed).toMatchObject({ name: "19700101-000140.logs.log", place: "" });
      expect(textOf(ring.sealed)).toBe(`${line(1)}\n`);
      ring.acknowledge();
      expect(textOf(ring.seal(101, 1e6, ""))).toBe(`${line(2)}\n${line(3)}\n`);
    },
  );

  test("keeps the old size when what is held does not fit the new one", () => {
    using directory = new TempDir();
    const { ring } = open(directory);
    offer(ring, line(1, 3000), line(2, 3000));
    ring.close();
    const again = open(directory, { capacityBytes: 4096 });
    expect(again.notices).toMatchObject([{ kind: "not-resized" }]);
    expect(again.ring.capacityBytes).toBe(CAPACITY);
    expect(again.ring.lines).toBe(2);
  });
});

describe("Ring.newestLines()", () => {
  test("are the whole lines at the end, the sealed ones included, also where the payload wraps", () => {
    using directory = new TempDir("ring");
    const { ring } = open(directory);
    const size = 1000;
    let all = "";
    for (let n = 0; n < 200; n++) {
      const text = line(n, size);
      offer(ring, text);
      all += `${text}\n`;
      for (const maxBytes of [0, 1, text.length, text.length + 1, text.length + 2, 3 * size, CAPACITY]) {
        const newest = Buffer.from(ring.newestLines(maxBytes)).toString();
        const held = all.slice(-ring.usedBytes);
        const from = Math.max(0, held.length - maxBytes);
        const begin = from === 0 ? 0 : held.indexOf("\n", from - 1) + 1;
        expect(newest).toBe(held.slice(begin));
      }
      if (n % 10 === 9) {
        if (ring.sealed === undefined) ring.seal(n + 1, CAPACITY, "");
        else ring.acknowledge();
      }
    }
    ring.close();
    expect(ring.newestLines(CAPACITY)).toHaveLength(0);
  });

  test("shows its tap each line that it accepts, and no other", () => {
    using directory = new TempDir("ring");
    const { ring } = open(directory);
    const seen: string[] = [];
    ring.tap = (bytes) => seen.push(Buffer.from(bytes).toString());
    ring.offer(Buffer.from("a"));
    ring.offer(new Uint8Array(CAPACITY));
    ring.tap = undefined;
    ring.offer(Buffer.from("b"));
    expect(seen).toEqual(["a"]);
    ring.close();
  });
});
