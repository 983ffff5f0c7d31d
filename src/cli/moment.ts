import { parseDuration } from "../config/duration.ts";

/** What {@link readMoment} takes, for messages and help. */
export const MOMENT_WANTED = "a time such as 2026-11-27T14:00Z, a day such as 2026-11-27, or how long ago, such as 2h";

const DAY_OR_TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:\d{2})?$/;

/** Wall time in ms. A time without a zone is UTC, as the names of objects are. Undefined for any other text. Pure. */
export function readMoment(text: string, nowMs: number): number | undefined {
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return nowMs - agoMs;
  if (!DAY_OR_TIME.test(text)) return undefined;
  const hasZone = /Z$|[+-]\d{2}:\d{2}$/.test(text.slice(10));
  const iso = text.replace(" ", "T");
  const ms = Date.parse(hasZone || iso.length === 10 ? iso : `${iso}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
