/**
 * The Worker: a thread for the bodies that would keep the event loop from everybody else. It gets one body at a time, so
 * only one is in memory decompressed, and only this thread has the large memory of the codec.
 */
import { setPriority } from "node:os";
import { codecInUse } from "../otlp/fast-codec.ts";
import { decodeQuickly, decodeSlowly, type Form, type Outcome } from "./decode-body.ts";
import type { Answer, Job, Progress } from "./decode-thread.ts";
import { giveBack, transferable } from "./give-back.ts";
import { inflateBody } from "./inflate-body.ts";

/**
 * Less urgent than the event loop, so that the loop is heard at once on one core, too. Not the least urgent: beside a busy
 * job that would be a fiftieth of a core.
 */
const NICENESS = 5;
/** Of bodies; a collection takes some milliseconds. */
const COLLECT_AFTER_BYTES = 1024 * 1024;

/** A sender of large bodies sends them one after the other. */
const LARGE_KEPT_MS = 5000;

declare const self: Worker;
let uncollectedBytes = 0;
let releasedAtMs = performance.now();

// On Linux this concerns the calling thread, elsewhere the whole process.
if (process.platform === "linux") lowerPriority();

self.onmessage = ({ data }: MessageEvent<Job>) => {
  const { answer, transfer } = answerTo(data);
  tell(answer, transfer);
  collect(data);
  releaseLarge();
};

function tell(message: Answer | Progress, transfer: ArrayBuffer[]): void {
  self.postMessage(message, transfer);
}

/** By itself garbage would be collected late: most of its memory lies outside of JavaScript's heap. */
function collect({ inflatedMaxBytes }: Job): void {
  uncollectedBytes += inflatedMaxBytes;
  if (uncollectedBytes < COLLECT_AFTER_BYTES) return;
  uncollectedBytes = 0;
  Bun.gc(true);
}

/** Of a Worker that goes on with small bodies. One without bodies is ended as a whole. */
function releaseLarge(): void {
  if (performance.now() - releasedAtMs < LARGE_KEPT_MS) return;
  releasedAtMs = performance.now();
  const codec = codecInUse();
  if (codec.name === "wasm" && codec.codecs.releaseUnused()) Bun.gc(true);
}

function lowerPriority(): void {
  try {
    setPriority(NICENESS);
  } catch {
    // Some sandboxes do not allow it; it is then as urgent as the rest.
  }
}

interface Parcel {
  readonly answer: Answer;
  /** Memory that goes with it. */
  readonly transfer: ArrayBuffer[];
}

function answerTo(job: Job): Parcel {
  try {
    const { body, form, isSlow, inflatedMaxBytes } = job;
    const inflated = inflateBody(body, form, inflatedMaxBytes);
    if (!(inflated instanceof Uint8Array)) return parcelOf(inflated, job, body);
    if (inflated !== body) tell({ kind: "inflated", bytes: inflated.length }, []);
    return parcelOf(isSlow ? decodeSlowly(inflated, form) : decodeQuickly(inflated, form), job, inflated);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { answer: { kind: "defect", error: text }, transfer: [] };
  }
}

/** Gives back what memory of the body does not go with the answer. */
function parcelOf(outcome: Outcome, { body, form }: Job, inflated: Uint8Array): Parcel {
  const kept = keptOf(outcome, body, form);
  for (const memory of [body, inflated]) if (memory.buffer !== kept?.buffer) giveBack(memory);
  const transfer = kept === undefined ? [] : [kept.buffer];
  switch (outcome.kind) {
    case "decoded":
      return { answer: { ...outcome, request: { ...outcome.request, line: kept } }, transfer };
    case "left":
      return { answer: { ...outcome, body }, transfer };
    case "refused":
      return { answer: outcome, transfer };
  }
}

/** What goes with the answer: a line, or the body that was left. */
function keptOf(
  outcome: Outcome,
  body: Uint8Array<ArrayBuffer>,
  { encoding }: Form,
): Uint8Array<ArrayBuffer> | undefined {
  switch (outcome.kind) {
    case "decoded": {
      // A line of JSON has memory of its own, one made of protobuf lies in the codec's.
      const { line } = outcome.request;
      return line === undefined || encoding === "protobuf" ? line?.slice() : transferable(line);
    }
    case "left":
      return body;
    case "refused":
      return undefined;
  }
}
