import { Type } from "@sinclair/typebox";
import { boolean, choice, text } from "../option-kinds.ts";

/** Clouds whose notices of spot interruptions can be asked for. */
const CLOUDS = ["none", "aws", "gcp", "azure"] as const;

/** Options of the watch over what ends a job. */
export const events = Type.Object({
  isEnabled: boolean({
    key: "telemetry.events.enabled",
    group: "Job and machine",
    description: "records of what ends jobs",
    detail: "Whether OOM kills, full disks, jumps of the clock, a lost store and unclean ends become log records.",
    default: true,
  }),
  spotCloud: choice({
    key: "telemetry.events.spot_cloud",
    values: CLOUDS,
    group: "Job and machine",
    description: "cloud that is asked for notices of spot interruptions",
    detail: "The cloud whose metadata service is asked every few seconds whether this machine will be taken away.",
    default: "none",
  }),
  spotUrl: text({
    key: "telemetry.events.spot_url",
    pattern: String.raw`^https?://([\w.-]+|\[[\da-fA-F:.]+\])(:\d{1,5})?$`,
    group: "Job and machine",
    description: "address of that service",
    default: "http://169.254.169.254",
    wanted: "an http:// or https:// URL without a path",
  }),
});
