import type { Home } from "../home/home.ts";
import { logOf } from "../lib/log.ts";
import type { Stream } from "../pipeline.ts";
import type { Ring } from "../ring/ring.ts";

/** Between two looks. */
const FILES_LOOK_EVERY_MS = 5000;

const log = logOf("manager");

export interface WatchedFiles {
  readonly home: Home;
  readonly rings: Readonly<Record<Stream, Ring>>;
  /** Called once, with the file or folder that is gone. */
  readonly onGone: (file: string) => void;
}

/**
 * Looks again and again whether the next start would find what is written now; a 200 would be a lie otherwise. On a file
 * system that has become read-only the rings refuse lines until it takes them again. A file that somebody has deleted
 * ends the watch. Returns the function that ends it; safe to call twice.
 */
export function watchFiles({ home, rings, onGone }: WatchedFiles): () => void {
  let refusedBy: string | undefined;
  const timer = setInterval(() => {
    const problem = home.problem();
    if (problem?.kind === "gone") {
      clearInterval(timer);
      onGone(problem.file);
      return;
    }
    if (problem?.code === refusedBy) return;
    refusedBy = problem?.code;
    for (const ring of Object.values(rings)) ring.suspend(refusedBy);
    if (refusedBy === undefined) log.info("The file system of the rings takes lines again");
    else log.error("The file system of the rings takes nothing any more; refusing lines", { code: refusedBy });
  }, FILES_LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
