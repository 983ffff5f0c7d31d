import type { CollectorSupervisor } from "../collector/supervisor.ts";
import type { EventWatch } from "../events/event-watch.ts";
import type { HostSampler } from "../host/host-sampler.ts";
import type { Running } from "./open-stages.ts";
import type { StopReport } from "./stop-report.ts";

/** Why an agent ends. `asked`: somebody stops it. `off`: the API says so. `gone`: a file of ours is no longer there. */
export type EndReason =
  | { readonly kind: "asked" }
  | { readonly kind: "disabled" }
  | { readonly kind: "off" }
  | { readonly kind: "gone"; readonly file: string };

/** What there is from the moment that the rings are open. It stays readable after the stop. */
export interface Stages extends Running {
  /** Resolves when uploads have begun, or never will. */
  readonly uploadsDecided: Promise<void>;
  /** Ends the watch over our files. Before requests are taken there is nothing to watch. */
  readonly endWatch?: () => void;
  /** Last, and not without a collector. */
  readonly collector?: CollectorSupervisor;
  readonly host?: HostSampler | undefined;
  readonly events?: EventWatch | undefined;
}

/**
 * One life, from top to bottom, and no step back. A stop may come before the start or during it: `starting` is then
 * followed by `stopping`, and what the start goes on to open is in that.
 */
export type ManagerState =
  | { readonly kind: "new"; readonly stages?: never }
  /** The port is being taken, the rings are opened. */
  | { readonly kind: "starting"; readonly stages?: Stages }
  /** The start came to nothing, and what it had opened is closed again. */
  | { readonly kind: "failed"; readonly stages?: Stages }
  /** Requests are taken. */
  | { readonly kind: "running"; readonly stages: Stages }
  | { readonly kind: "stopping"; readonly reason: EndReason; readonly stages?: Stages }
  | { readonly kind: "stopped"; readonly reason: EndReason; readonly report: StopReport; readonly stages?: Stages };

/** For the log and the report. */
export function endReasonText(reason: EndReason): string {
  switch (reason.kind) {
    case "asked":
      return "stopped";
    case "disabled":
      return "telemetry.enabled is false";
    case "off":
      return "telemetry is off";
    case "gone":
      return `${reason.file} is gone`;
  }
}
