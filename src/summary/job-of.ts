import type { Attributes } from "../job-pipeline.ts";
import type { LiveJob } from "../live/live-data.ts";

/** What tells jobs of one machine apart: the run, its attempt, and the runner that works on it. */
const KEYS = ["cicd.pipeline.run.id", "warp_telemetry.run.attempt", "cicd.worker.name"] as const;

/**
 * The job that `own` is about: the newest of those that say nothing else of themselves. What either of them does not say
 * is no contradiction. Undefined: none.
 */
export function jobOf(jobs: readonly LiveJob[], own: Attributes): LiveJob | undefined {
  const isPossible = ({ attributes }: LiveJob): boolean =>
    KEYS.every((key) => {
      const [one, other] = [attributes[key] ?? "", own[key] ?? ""];
      return one === "" || other === "" || one === other;
    });
  return jobs.filter(isPossible).reduce<LiveJob | undefined>(newer, undefined);
}

function newer(one: LiveJob | undefined, other: LiveJob): LiveJob {
  return one === undefined || other.startedAtMs >= one.startedAtMs ? other : one;
}
