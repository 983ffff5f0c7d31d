import { logOf } from "../lib/log.ts";
import type { Live } from "../live/live.ts";
import type { Stages } from "./manager-state.ts";
import { wipeRings } from "./open-rings.ts";
import type { StopReport } from "./stop-report.ts";

const log = logOf("manager");

/** Gives back every file. What the rings still hold is said in the log, and waits for the next start. */
export function closeStages(
  { endWatch, rings, home, buffer, uploader: { delivered } }: Stages,
  live: Live | undefined,
): Pick<StopReport, "linesLeft" | "delivered"> {
  endWatch?.();
  live?.close();
  wipeRings(rings);
  const left = Object.values(rings).filter((ring) => ring.lines > 0);
  const linesLeft = left.reduce((sum, ring) => sum + ring.lines, 0);
  for (const { stream, lines } of left) log.warn("Lines left in the ring for the next start", { stream, lines });
  for (const ring of Object.values(rings)) ring.close();
  buffer.close();
  home.release();
  return { linesLeft, delivered };
}
