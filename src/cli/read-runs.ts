import type { JobFilter } from "../report/found-jobs.ts";
import { leftOut } from "../report/left-out.ts";
import { readReport } from "../report/read-report.ts";
import type { StoredObjects } from "../stored/stored-objects.ts";
import type { Run } from "../summary/run-facts.ts";

export interface ReadRunsOptions extends JobFilter {
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  /** What could not be read, or is not told: sentences, with names as they came. */
  readonly onNotes: (notes: readonly string[]) => void;
}

/** A summary needs neither logs nor spans, but those that tell of the jobs. */
const NONE = { logMaxChars: 0, spansMax: 0, spanMaxChars: 0 };

/** The runs of jobs that objects tell of. Rejects when the place cannot be listed, and with the reason of `stop`. */
export async function* readRuns(
  source: StoredObjects,
  { onNotes, ...options }: ReadRunsOptions,
  stop: AbortSignal,
): AsyncGenerator<Run> {
  const read = await readReport({ ...options, sources: [source], room: NONE, hasOutput: false }, stop);
  onNotes(leftOut({ ...read, jobs: [], unowned: 0 }));
  for (const { state } of read.jobs) for (const job of state.jobs) yield { job, ...state };
}
