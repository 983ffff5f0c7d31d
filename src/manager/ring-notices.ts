import { logOf } from "../lib/log.ts";
import type { RingNotice } from "../ring/open-ring.ts";
import type { NoticeStats } from "../stats/agent-stats.ts";

const log = logOf("ring");

/** Tells in the log what recovery had to do. */
export function tellNotice({ stream, kind, reason, file, linesKept }: RingNotice): void {
  const facts = { stream, reason, linesKept, ...(file === undefined ? {} : { file }) };
  if (kind === "damaged") log.error("A ring could not be trusted; set aside what was damaged", facts);
  else if (kind === "foreign") log.warn("Set aside lines of another owner; they are not sent", facts);
  else if (kind === "taken-back") log.info("Took back lines that were set aside for this owner", facts);
  else if (kind === "resized") log.info("A ring has another size now", facts);
  else
    log.warn(
      kind === "not-mapped" ? "A ring cannot be mapped; written through instead" : "A ring keeps its old size",
      facts,
    );
}

/** The same for `/stats`. */
export function noticeStats({ linesKept, ...notice }: RingNotice): NoticeStats {
  return { ...notice, lines_kept: linesKept };
}
