import type { Config } from "../config/config.ts";
import type { Home } from "../home/home.ts";
import type { JobTracker } from "../job/job-tracker.ts";
import type { PositionedSink } from "../pipeline.ts";
import { removePageLinks } from "../runner/page-links.ts";
import { RunnerLogs } from "../runner/runner-logs.ts";
import type { Environment } from "./environment.ts";
import { resourceOf } from "./resource-of.ts";

/**
 * The reader of the runner's own logs, which go to `sink`. Not started. Call it before anything else is offered there or
 * uploaded from there: it learns from the ring how far the last run got. Throws when it cannot keep its own file.
 * Undefined where the settings want none; pages that an earlier run has kept go then.
 */
export function openRunnerLogs(
  config: Config,
  environment: Environment,
  { home, sink, jobs }: { readonly home: Home; readonly sink: PositionedSink; readonly jobs: JobTracker | undefined },
): RunnerLogs | undefined {
  if (!config.collector.enabled) {
    removePageLinks(home.folder);
    return undefined;
  }
  const resource = resourceOf(config, environment);
  const { diagGlobs: globs } = config.collector;
  const { hasOutput, stepMaxBytes } = config.job;
  return new RunnerLogs({
    home: home.folder,
    globs,
    resource,
    sink,
    hasOutput,
    stepMaxBytes,
    ...(jobs !== undefined && { observer: jobs }),
  });
}
