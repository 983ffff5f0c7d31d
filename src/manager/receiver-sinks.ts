import { type Marks, sinkWithoutMarks } from "../collector/marks.ts";
import type { Config } from "../config/config.ts";
import { sinkThatFlushes } from "../events/fatal-records.ts";
import type { LineSink, Stream } from "../pipeline.ts";
import type { Running } from "./open-stages.ts";

/** What the receiver writes to: the rings, and before them what looks at the lines on their way there. */
export function receiverSinks(
  { events }: Config,
  { rings, uploader }: Running,
  marks: () => Marks | undefined,
): Readonly<Record<Stream, LineSink>> {
  const watched = (stream: Stream): LineSink =>
    events.isEnabled ? sinkThatFlushes(rings[stream], () => uploader.hurry()) : rings[stream];
  return { ...rings, logs: sinkWithoutMarks(watched("logs"), marks), "gha-logs": watched("gha-logs") };
}
