import type { StatsValue } from "../pipeline.ts";
import { strangerAmong } from "./readers.ts";
import { type Refusal, refuse } from "./refusals.ts";

/** All that is told of a job where its reader is not known: what we have made ourselves. */
const OWN_WORDS: ReadonlySet<string> = new Set(["result", "source", "trace_id", "span_id"]);

/**
 * What the users `uids` may see of the jobs: all, or nothing. The names of steps are text of a job, which other users of
 * the machine need not see: only root, our own user and `readerUids` do. Where several users may have asked, all must be
 * allowed to. Undefined `uids`: the system does not tell who asks, and all text of the job is left out.
 */
export function shownJobs(
  jobs: StatsValue,
  uids: readonly number[] | undefined,
  readerUids: readonly number[],
): { readonly jobs: StatsValue } | Refusal {
  if (uids === undefined) return { jobs: withoutText(jobs) };
  const stranger = strangerAmong(uids, readerUids);
  if (stranger !== undefined) return refuse("not-yours", `uid ${stranger} asks`);
  if (uids.length === 0) return refuse("not-yours", "the user who asks is not known");
  return { jobs };
}

/** The value without any string that a job may have written. */
function withoutText(value: StatsValue): StatsValue {
  if (isList(value)) return value.map(withoutText);
  if (typeof value !== "object" || value === null) return typeof value === "string" ? null : value;
  const entries = Object.entries(value).flatMap(([key, inner]): (readonly [string, StatsValue])[] => {
    if (typeof inner === "string") return OWN_WORDS.has(key) ? [[key, inner]] : [];
    return [[key, withoutText(inner)]];
  });
  return Object.fromEntries(entries);
}

function isList(value: StatsValue): value is readonly StatsValue[] {
  return Array.isArray(value);
}
