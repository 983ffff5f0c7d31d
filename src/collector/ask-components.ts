import { type ChildCommand, CollectorChild } from "./child.ts";
import { type ComponentNames, isListOfComponents, namesIn } from "./component-names.ts";
import { OutputTail } from "./output-tail.ts";

/** A collector needs 30 ms to list its components. */
const ANSWER_MAX_MS = 2000;
/** The official distribution lists 60 KB. */
const OUTPUT_MAX_BYTES = 256 * 1024;

/**
 * Runs `otelcol components`, which is `command`, and reads the names there; `onStart` is told its process. Undefined for a
 * program that lists nothing within two seconds. Never rejects.
 */
export async function askComponents(
  command: ChildCommand,
  onStart: (pid: number) => void,
  abort: AbortSignal,
): Promise<ComponentNames | undefined> {
  const tail = new OutputTail(OUTPUT_MAX_BYTES);
  try {
    const child = new CollectorChild(command, tail);
    onStart(child.pid);
    await child.endsWithin(ANSWER_MAX_MS, abort);
    await child.stop(0);
  } catch {
    // A program that cannot be started is told as such by the start itself, which comes next.
    return undefined;
  }
  const words = tail.last(tail.position).join("\n");
  return isListOfComponents(words) ? namesIn(words) : undefined;
}
