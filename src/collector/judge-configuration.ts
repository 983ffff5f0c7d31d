import { describeExit } from "./child.ts";
import { Launch } from "./launch.ts";
import { Marks } from "./marks.ts";
import type { CollectorOptions } from "./options.ts";
import { OutputTail } from "./output-tail.ts";

/** A collector needs a fraction of a second for it. */
const VERDICT_MAX_MS = 20_000;
/** The last words say what is wrong; before them stand the parts of the configuration that they are about. */
const WORDS_LINES = 5;

/**
 * Lets the collector `program` judge its configuration (`otelcol validate`), with the user, the environment and the files
 * that a start would give it; `options.home` should be a folder for this alone. Returns what it says when it refuses,
 * undefined when it does not. Rejects with what stands against starting it at all.
 */
export async function judgeConfiguration(
  options: CollectorOptions,
  program: string,
  abort: AbortSignal,
): Promise<string | undefined> {
  const tail = new OutputTail(options.outputMaxBytes);
  const launch = new Launch(options, { token: "none", marks: new Marks("none"), leftoverGraceMs: 0, isToJudge: true });
  try {
    const start = await launch.prepare(program, tail, abort);
    const child = start();
    if (!(await child.endsWithin(VERDICT_MAX_MS, abort))) {
      await child.stop(0);
      return `no verdict within ${VERDICT_MAX_MS / 1000} s`;
    }
    const exit = await child.exited;
    if (exit.code === 0) return undefined;
    return `${describeExit(exit, tail.position)}: ${tail.last(WORDS_LINES).join(" | ")}`;
  } finally {
    launch.ended({ isGone: true });
  }
}
