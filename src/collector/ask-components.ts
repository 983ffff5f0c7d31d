import { sleep } from "../lib/sleep.ts";
import { type ChildCommand, CollectorChild } from "./child.ts";
import { type ComponentNames, NAMES_OF_TODAY, namesIn } from "./component-names.ts";
import { OutputTail } from "./output-tail.ts";

/** A collector needs 30 ms to list its components. One that says nothing is taken for one of today. */
const ANSWER_MAX_MS = 2000;
/** The official distribution lists 60 KB. */
const OUTPUT_MAX_BYTES = 256 * 1024;

/**
 * Runs `otelcol components`, which is `command`, and reads the names there; `onStart` is told its process. Never rejects;
 * resolves after two seconds at the latest.
 */
export async function askComponents(
  command: ChildCommand,
  onStart: (pid: number) => void,
  abort: AbortSignal,
): Promise<ComponentNames> {
  const tail = new OutputTail(OUTPUT_MAX_BYTES);
  try {
    const child = new CollectorChild(command, tail);
    onStart(child.pid);
    const timer = new AbortController();
    await Promise.race([child.exited, sleep(ANSWER_MAX_MS, AbortSignal.any([abort, timer.signal]))]);
    timer.abort();
    await child.stop(0);
  } catch {
    // A program that cannot be started is told as such by the start itself, which comes next.
    return NAMES_OF_TODAY;
  }
  return namesIn(tail.last(tail.position).join("\n"));
}
