import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { type ObjectForm, PLAIN_FORM } from "../../src/pipeline.ts";
import { FORMAT_VERSION, HEADER_BYTES, type Slot } from "../../src/ring/layout.ts";
import { Ring } from "../../src/ring/ring.ts";
import { writeRingFile } from "../../src/ring/ring-file.ts";
import { TempDir } from "../support/temp-dir.ts";
import { CrashMemory, recoverImage, REFUSED } from "./crash-memory.ts";

const CAPACITY = 512;
const SLOT: Slot = {
  version: FORMAT_VERSION,
  generation: 0,
  stream: "logs",
  capacity: CAPACITY,
  owner: { machine: "m", agent: "a", destination: "d" },
  tail: 0,
  head: 0,
  sealed: null,
  lastSecond: 0,
};

const PACKED_FORM: ObjectForm = {
  folder: "{date}/{hour}/run=7",
  suffix: ".jsonl",
  compression: "gzip",
  compressor: "zlib 1, level 6",
};

/** The plain list that a ring must behave like: lines behind the sealed batch, and the batch. */
interface Model {
  sealed: { second: number; isSent: boolean; form: ObjectForm; lines: string[] } | undefined;
  unsealed: string[];
}

type Step =
  | { readonly kind: "offer"; readonly size: number }
  | { readonly kind: "seal"; readonly maxBytes: number; readonly isPlain?: boolean }
  | { readonly kind: "acknowledge" | "rename" | "noteAttempt" | "noteNotStored" | "reopen" | "wipe" }
  /** The file takes so many writes more, then refuses one. */
  | { readonly kind: "refuse"; readonly after: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("offer" as const), size: fc.integer({ min: 0, max: 290 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("seal" as const),
      maxBytes: fc.integer({ min: 1, max: 600 }),
      isPlain: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("acknowledge" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("rename" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("noteAttempt" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("noteNotStored" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wipe" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("refuse" as const), after: fc.integer({ min: 0, max: 6 }) }),
  },
);

/** Runs the steps on a ring and on the model, and holds every snapshot against the model before and after the step. */
function runSteps(steps: readonly Step[], stateIn = recoveredState): { snapshots: number } {
  let file = ringImage();
  const model: Model = { sealed: undefined, unsealed: [] };
  let pending: { file: Uint8Array; moment: string }[] = [];
  const memoryOf = (image: Uint8Array<ArrayBuffer>) =>
    new CrashMemory(image, (snapshot, moment) => pending.push({ file: snapshot.slice(), moment }));
  let memory = memoryOf(file);
  let ring = new Ring(memory, { slot: SLOT, head: 0, unsealedLines: 0 });
  let second = 0;
  let snapshots = 0;

  for (const [index, step] of steps.entries()) {
    const before = stateOf(model);
    pending = [];
    try {
      switch (step.kind) {
        case "offer": {
          const line = `{"n":${index},"p":"${"x".repeat(step.size)}"}`;
          const result = ring.offer(Buffer.from(line));
          if (result === "accepted") model.unsealed.push(line);
          break;
        }
        case "seal": {
          if (model.sealed !== undefined) break;
          const form = step.isPlain === false ? PACKED_FORM : PLAIN_FORM;
          const batch = ring.seal(++second, step.maxBytes, "", form);
          expect(batch === undefined).toBe(model.unsealed.length === 0);
          if (batch === undefined) break;
          expect(batch.lines === 1 || batch.bytes <= step.maxBytes).toBe(true);
          model.sealed = { second, isSent: false, form, lines: model.unsealed.splice(0, batch.lines) };
          break;
        }
        case "acknowledge":
          ring.acknowledge();
          model.sealed = undefined;
          break;
        case "rename":
          if (model.sealed === undefined) break;
          ring.rename(++second);
          model.sealed = { ...model.sealed, second, isSent: false };
          break;
        case "noteAttempt":
          ring.noteAttempt();
          if (model.sealed !== undefined) model.sealed = { ...model.sealed, isSent: true };
          break;
        case "noteNotStored":
          ring.noteNotStored();
          if (model.sealed !== undefined) model.sealed = { ...model.sealed, isSent: false };
          break;
        case "wipe":
          ring.wipe();
          if (ring.lines === 0) expect(textIn(memory.bytes)).toBe("");
          break;
        case "reopen": {
          const recovery = recoverImage(file);
          file = file.slice();
          memory = memoryOf(file);
          ring = new Ring(memory, {
            slot: recovery.slot,
            head: recovery.head,
            unsealedLines: recovery.unsealed.length,
          });
          break;
        }
        case "refuse":
          memory.worksFor = step.after;
          break;
      }
    } catch (error) {
      // A call that the file refuses changes nothing.
      if (!(error instanceof Error) || error.message !== REFUSED) throw error;
    }
    const after = stateOf(model);
    for (const { file: image, moment } of pending) {
      snapshots++;
      const found = stateIn(image);
      if (found !== before && found !== after) {
        throw new Error(`step ${index} (${step.kind}), ${moment}: found ${found}, before ${before}, after ${after}`);
      }
    }
    expect(stateIn(file)).toBe(after);
    expect(ring.lines).toBe(model.unsealed.length + (model.sealed?.lines.length ?? 0));
  }
  return { snapshots };
}

/** The file of an empty ring. */
const EMPTY_IMAGE = writtenImage();

function ringImage(): Uint8Array<ArrayBuffer> {
  return EMPTY_IMAGE.slice();
}

function writtenImage(): Uint8Array<ArrayBuffer> {
  using directory = new TempDir("ring-crash");
  const folder = HeldFolder.open(directory.path);
  writeRingFile({ folder, name: "logs.ring" }, SLOT, []);
  folder.close();
  return new Uint8Array(readFileSync(directory.file("logs.ring")));
}

/** What a reader of the file finds in the payload. */
function textIn(file: Uint8Array): string {
  return Buffer.from(file.subarray(HEADER_BYTES)).toString().replaceAll("\0", "");
}

function stateOf({ sealed, unsealed }: Model): string {
  return JSON.stringify({ sealed: sealed ?? null, unsealed });
}

/** Reads each file once, however often it comes: runs that begin alike leave the same files. */
function rememberingState(): typeof recoveredState {
  const states = new Map<number | bigint, string>();
  return (file) => {
    const hash = Bun.hash(file);
    const state = states.get(hash) ?? recoveredState(file);
    states.set(hash, state);
    return state;
  };
}

function recoveredState(file: Uint8Array): string {
  const { slot, sealed, unsealed, damaged } = recoverImage(file);
  if (damaged.length > 0) throw new Error(`recovery found damage: ${Buffer.concat([...damaged]).toString()}`);
  const lines = sealed === undefined ? [] : Buffer.from(sealed).toString().trimEnd().split("\n");
  return JSON.stringify({
    sealed: slot.sealed && {
      second: slot.sealed.second,
      isSent: slot.sealed.isSent,
      form: slot.sealed.form ?? PLAIN_FORM,
      lines,
    },
    unsealed: unsealed.map((line) => Buffer.from(line).toString().trimEnd()),
  });
}

test("Ring stays where it is when the file does not take a rewind", () => {
  const image = ringImage();
  const memory = new CrashMemory(image, () => {});
  const ring = new Ring(memory, { slot: SLOT, head: 0, unsealedLines: 0 });
  ring.offer(Buffer.from('{"n":1}'));
  ring.seal(1, 100, "");
  ring.offer(Buffer.from('{"n":2}'));
  memory.worksFor = 0;
  expect(() => ring.acknowledge()).toThrow(REFUSED);
  expect(ring.lines).toBe(2);
  // The slot and its generation.
  memory.worksFor = 2;
  ring.acknowledge();
  expect([ring.lines, memory.worksFor]).toEqual([1, -1]);
  expect(recoveredState(image)).toBe(stateOf({ sealed: undefined, unsealed: ['{"n":2}'] }));
});

const offer = (size: number): Step => ({ kind: "offer", size });
const seal = (maxBytes: number): Step => ({ kind: "seal", maxBytes });
const refuse = (after: number): Step => ({ kind: "refuse", after });
const acknowledge: Step = { kind: "acknowledge" };
const reopen: Step = { kind: "reopen" };
const wipe: Step = { kind: "wipe" };

/** Steps in which writes are refused. The long line of the second goes round the end, to behind where the rewind puts the head. */
const REFUSALS: readonly [string, readonly Step[]][] = [
  [
    "a wipe",
    [offer(240), seal(600), acknowledge, offer(60), wipe, seal(600), acknowledge, wipe, offer(10), reopen, wipe],
  ],
  ["a rewind", [offer(240), offer(30), seal(600), offer(60), acknowledge, offer(10), seal(100), acknowledge, reopen]],
  [
    "a wrap and a rewind",
    [
      offer(60),
      offer(150),
      offer(40),
      seal(80),
      acknowledge,
      seal(600),
      offer(10),
      offer(230),
      acknowledge,
      offer(10),
      reopen,
    ],
  ],
];

describe("Ring after a crash at any store", () => {
  const seed = Number(Bun.env["RING_SEED"] ?? 42);
  const numRuns = Number(Bun.env["RING_RUNS"] ?? 300);
  test(`holds what was acknowledged, nothing else (seed ${seed}, ${numRuns} runs)`, () => {
    let snapshots = 0;
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 1, maxLength: 40 }), (steps) => {
        snapshots += runSteps(steps).snapshots;
      }),
      { seed, numRuns },
    );
    expect(snapshots).toBeGreaterThan(numRuns * 10);
  }, 120_000);

  test.each(REFUSALS)(
    "whichever two writes of %s the file refuses",
    (_, script) => {
      const stateIn = rememberingState();
      for (let first = 0; first < script.length; first++) {
        for (let second = first + 1; second < script.length; second++) {
          for (let n = 0; n < 36; n++) {
            const [before, between] = [script.slice(0, first), script.slice(first, second)];
            const steps = [...before, refuse(n % 6), ...between, refuse(Math.floor(n / 6)), ...script.slice(second)];
            runSteps(steps, stateIn);
          }
        }
      }
    },
    120_000,
  );

  test("keeps a full ring through wrap, rename and rewind", () => {
    const offers: Step[] = Array.from({ length: 12 }, () => ({ kind: "offer", size: 40 }));
    runSteps([
      ...offers,
      { kind: "seal", maxBytes: 100 },
      { kind: "noteAttempt" },
      { kind: "noteNotStored" },
      { kind: "noteAttempt" },
      { kind: "rename" },
      { kind: "noteAttempt" },
      { kind: "reopen" },
      { kind: "acknowledge" },
      ...offers,
      { kind: "seal", maxBytes: 600 },
      { kind: "acknowledge" },
      { kind: "reopen" },
      ...offers,
    ]);
  });
});
