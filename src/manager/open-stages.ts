import type { Config } from "../config/config.ts";
import type { JobTracker } from "../job/job-tracker.ts";
import type { Stream } from "../pipeline.ts";
import type { RingNotice } from "../ring/open-ring.ts";
import type { Ring } from "../ring/ring.ts";
import type { RunnerLogs } from "../runner/runner-logs.ts";
import { objectForms } from "../upload/object-form.ts";
import { Uploader } from "../upload/uploader.ts";
import type { Environment } from "./environment.ts";
import { openJobs } from "./open-jobs.ts";
import { openHome, type OpenedHome } from "./open-home.ts";
import { openRings } from "./open-rings.ts";
import { openRunnerLogs } from "./open-runner-logs.ts";
import { openTarget, type Target } from "./open-target.ts";
import { StartError } from "./start-error.ts";
import { TelemetrySwitch } from "./telemetry-switch.ts";

/** The stages that run, from the moment that the rings are open. */
export interface Running extends OpenedHome {
  readonly target: Target;
  readonly rings: Readonly<Record<Stream, Ring>>;
  readonly notices: readonly RingNotice[];
  readonly uploader: Uploader;
  readonly telemetrySwitch: TelemetrySwitch | undefined;
  /** Absent without a collector: then the agent reads nothing by itself. */
  readonly runnerLogs: RunnerLogs | undefined;
  /** Absent when the settings do not want it. */
  readonly jobs: JobTracker | undefined;
}

/** Opens everything that needs the home, none of it started. Throws StartError; nothing stays open then. */
export async function openStages(config: Config, environment: Environment): Promise<Running> {
  let opened: OpenedHome | undefined;
  let rings: Readonly<Record<Stream, Ring>> | undefined;
  let stage = "home";
  try {
    opened = openHome(config.baseDirectory);
    const { home } = opened;
    stage = "destination";
    const target = await openTarget(config, environment, home);
    stage = "rings";
    const openedRings = openRings(config, opened, target.destination);
    rings = openedRings.rings;
    stage = "runner logs";
    const sink = rings["gha-logs"];
    const sources = Object.values(rings);
    const formOf = objectForms(config.upload, (oldestAtMs) => jobs?.runSince(wallMsOf(oldestAtMs)));
    const uploader = new Uploader({ sources, destination: target.destination, limits: config.upload, formOf });
    // So that the objects of one job end with it.
    const jobEnded = (): void => uploader.hurry();
    const jobs = openJobs(config, environment, { home, sink: rings.traces, jobEnded });
    const runnerLogs = openRunnerLogs(config, environment, { home, sink, jobs });
    return {
      ...opened,
      target,
      rings,
      notices: openedRings.notices,
      uploader,
      telemetrySwitch: target.backend === undefined ? undefined : new TelemetrySwitch(target.backend),
      jobs,
      runnerLogs,
    };
  } catch (error) {
    for (const ring of Object.values(rings ?? {})) ring.close();
    opened?.home.release();
    throw new StartError(stage, error);
  }
}

function wallMsOf(monotonicMs: number): number {
  return Date.now() - (performance.now() - monotonicMs);
}
