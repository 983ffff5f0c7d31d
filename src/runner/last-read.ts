import { sleep } from "../lib/sleep.ts";
import type { LogFile } from "./log-file.ts";
import type { PieceReader } from "./piece-reader.ts";
import { ReadingOrder } from "./reading-order.ts";
import type { RingWriter } from "./ring-writer.ts";
import type { WorkSlices } from "./work-slices.ts";

/**
 * What is read at a stop at most, over all files, counted as records where these are longer: what a ring holds by
 * default. A job can leave gigabytes, and the time of a stop is for the uploads.
 */
const LAST_READ_MAX_BYTES = 32 * 1024 * 1024;
/** Of these, so many may be those of logs that come first: as long as the runner makes one. */
const PRIORITY_BYTES = 8 * 1024 * 1024;
/** Between two tries while the ring is full. */
const RETRY_MS = 20;

export interface LastReadMeans {
  readonly reader: PieceReader;
  readonly writer: RingWriter;
  readonly slices: WorkSlices;
  /** Monotonic. */
  readonly deadlineMs: number;
}

/**
 * Reads `files` to the sizes of their last look and puts that into the ring, until the deadline or the most bytes of a
 * stop. One piece of each file in turn: a huge one keeps no other from its end.
 */
export async function readToTheEnd(
  files: Iterable<LogFile>,
  { reader, writer, slices, deadlineMs }: LastReadMeans,
): Promise<void> {
  const untilCost = reader.costBytes + LAST_READ_MAX_BYTES;
  const priorityUntil = reader.costBytes + PRIORITY_BYTES;
  const order = new ReadingOrder(files, (file) => file.readPosition < file.size);
  const inTime = (): boolean => performance.now() < deadlineMs;
  while (inTime() && reader.costBytes < untilCost) {
    if (reader.costBytes > priorityUntil) order.endPriority();
    const file = order.first;
    if (file === undefined) break;
    const piece = reader.read(file, true);
    if (piece === "full") await sleep(RETRY_MS);
    if (piece !== "none" && file.readPosition < file.size) order.putOff();
    else order.done();
    await slices.pause();
  }
  while (!writer.flush() && inTime()) await sleep(RETRY_MS);
}
