import { logOf } from "../lib/log.ts";
import { removePageLinks } from "../runner/page-links.ts";
import { eraseRings } from "./open-rings.ts";
import type { Running } from "./open-stages.ts";

const log = logOf("manager");

/**
 * Throws away what was taken, because the API says that telemetry is off: every line, and the pages that are kept for a
 * next start. Returns how many lines there were. Call it when nothing is read or offered any more. What cannot be erased
 * stays, with a warning.
 */
export function eraseTaken({ rings, home }: Pick<Running, "rings" | "home">): number {
  removePageLinks(home.folder);
  const discardedLines = eraseRings(rings);
  log.info("The API says that telemetry is off; what was taken is erased", { discardedLines });
  return discardedLines;
}
