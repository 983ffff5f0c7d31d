import { uptime } from "node:os";
import type { Config } from "../config/config.ts";
import type { Home } from "../home/home.ts";
import { JobTracker } from "../job/job-tracker.ts";
import type { PositionedSink } from "../pipeline.ts";
import type { Environment } from "./environment.ts";
import { resourceOf } from "./resource-of.ts";

export interface JobMeans {
  readonly home: Home;
  readonly sink: PositionedSink;
  readonly jobEnded: () => void;
}

/**
 * What knows the job of this machine; its spans go to `sink`. Call it before anything else is offered there: it learns
 * from the ring what the last run has sent. Undefined when the settings do not want it. Throws when it cannot keep its own
 * file.
 */
export function openJobs(
  config: Config,
  environment: Environment,
  { home, sink, jobEnded }: JobMeans,
): JobTracker | undefined {
  if (!config.job.isEnabled) return undefined;
  const bootedAtMs = Date.now() - uptime() * 1000;
  return new JobTracker({ home: home.folder, resource: resourceOf(config, environment), sink, bootedAtMs, jobEnded });
}
