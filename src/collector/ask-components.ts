import { type ChildCommand, CollectorChild } from "./child.ts";
import { type ComponentNames, isListOfComponents, namesIn } from "./component-names.ts";
import { OutputTail } from "./output-tail.ts";

/**
 * A collector needs 30 ms to list its components. One that is still read from a slow disk is asked again at its next start;
 * a program that never answers is started so much later each time.
 */
const ANSWER_MAX_MS = 2000;
/** The official distribution lists 60 KB. */
const OUTPUT_MAX_BYTES = 256 * 1024;

/**
 * Runs `otelcol components`, which is `command`, and reads the names there; `onStart` is told its process. Undefined for a
 * program that has not listed all of them and ended well within 2 s. Never rejects.
 */
export async function askComponents(
  command: ChildCommand,
  onStart: (pid: number) => void,
  abort: AbortSignal,
  timeoutMs = ANSWER_MAX_MS,
): Promise<ComponentNames | undefined> {
  const tail = new OutputTail(OUTPUT_MAX_BYTES);
  try {
    const child = new CollectorChild(command, tail);
    onStart(child.pid);
    const isInTime = await child.endsWithin(timeoutMs, abort);
    await child.stop(0);
    if (!isInTime || (await child.exited).code !== 0) return undefined;
  } catch {
    // A program that cannot be started is told as such by the start itself, which comes next.
    return undefined;
  }
  const words = tail.last(tail.position).join("\n");
  return isListOfComponents(words) ? namesIn(words) : undefined;
}
