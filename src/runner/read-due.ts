import type { LogFile } from "./log-file.ts";
import type { PieceReader } from "./piece-reader.ts";
import type { ReadingBudget } from "./reading-budget.ts";
import { ReadingOrder } from "./reading-order.ts";
import type { RingWriter } from "./ring-writer.ts";
import type { WorkSlices } from "./work-slices.ts";

export interface ReadDueMeans {
  readonly reader: PieceReader;
  readonly writer: RingWriter;
  readonly slices: WorkSlices;
  readonly budget: ReadingBudget;
  /** Ends it between two pieces. */
  readonly signal: AbortSignal;
}

/** Of a round's bytes, so many may be those of logs that come first: more than the longest job message. */
const PRIORITY_BYTES = 2 * 1024 * 1024;

/** One piece of each file in turn, in their order, until nothing is due or the bytes of this round are used up. */
export async function readDue(
  files: Iterable<LogFile>,
  { reader, writer, slices, budget, signal }: ReadDueMeans,
): Promise<void> {
  const nowMs = performance.now();
  const untilCost = budget.until(reader.costBytes, nowMs);
  const priorityUntil = reader.costBytes + PRIORITY_BYTES;
  const order = new ReadingOrder(files, (file) => file.isDue(nowMs));
  while (reader.costBytes < untilCost && !signal.aborted) {
    if (reader.costBytes > priorityUntil) order.endPriority();
    const file = order.first;
    if (file === undefined) break;
    const piece = reader.read(file, file.isQuiet(nowMs));
    if (piece === "full") break;
    if (piece === "some" && file.isDue(nowMs)) order.putOff();
    else order.done();
    await slices.pause();
  }
  reader.tell();
  writer.flush();
  budget.noteWaiting(reader.costBytes < untilCost ? 0 : order.length, nowMs);
}
