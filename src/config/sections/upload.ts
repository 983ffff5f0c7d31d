import { Type } from "@sinclair/typebox";
import { COMPRESSIONS, OBJECT_SUFFIXES } from "../../pipeline.ts";
import { DESTINATION_FORMS } from "../../upload/destinations/catalogue.ts";
import { OBJECT_KEY_DEFAULT, wantedObjectKey } from "../../upload/object-key.ts";
import { wantedDestination } from "../destination.ts";
import { choice, duration, integer, optionalText, size, text } from "../option-kinds.ts";
import { GiB, HOUR, KiB, MiB, ONE_LINE, SECOND } from "../option-values.ts";

/** Options of the uploader, and of the destination that it opens. */
export const upload = Type.Object({
  destination: optionalText({
    key: "telemetry.destination",
    pattern: ONE_LINE,
    check: wantedDestination,
    group: "Buffer and upload",
    flag: "--destination <where>",
    description: "DIR, s3://bucket/prefix, warpbuild, discard:",
    detail: "Where objects go: a directory, an S3 bucket, the WarpBuild API, or nowhere (`discard:`, for benchmarks).",
    otherwise: "warpbuild if agent.host_url is set, otherwise objects/ in the base directory",
    wanted: DESTINATION_FORMS,
  }),
  keyFolder: optionalText({
    key: "telemetry.object_key_folder",
    group: "Buffer and upload",
    flag: "--object-key-folder <name>",
    description: "this machine's folder in the bucket",
    detail:
      "Name of this machine in the keys of objects: its folder under the prefix of an S3 destination, and `{agent}` in `object_key`.",
    otherwise: "agent.id, or the host name",
    pattern: String.raw`^(?!.*(^|/)\.{0,2}(/|$))[\w!.*'()@:+=,/-]+$`,
    wanted: "letters, digits and !.*'()@:+=,_-, in parts separated by /",
  }),
  key: text({
    key: "telemetry.object_key",
    pattern: ONE_LINE,
    check: wantedObjectKey,
    group: "Buffer and upload",
    flag: "--object-key <template>",
    description: "where an object is below the destination",
    detail:
      "Where an object is below the destination: folders made of `{stream}`, `{date}`, `{hour}`, `{agent}`, `{run}` and `{shard}`, and `{name}` as the last part. In a bucket a template without `{agent}` goes below this machine's folder. See [destinations](destinations.md).",
    default: OBJECT_KEY_DEFAULT,
    wanted: "a template such as {stream}/date={date}/{agent}/{name}",
  }),
  suffix: choice({
    key: "telemetry.object_suffix",
    values: OBJECT_SUFFIXES,
    group: "Buffer and upload",
    flag: "--object-suffix <ending>",
    description: "ending of an object's name",
    detail: "Ending of an object's name. Some readers know JSON lines by it. The content is the same.",
    default: ".log",
  }),
  compression: choice({
    key: "telemetry.compression",
    values: COMPRESSIONS,
    group: "Buffer and upload",
    flag: "--compression <kind>",
    description: "compression of objects",
    detail: "Compression of objects. Their names get `.gz` or `.zst`. Limits are those of the lines before it.",
    default: "none",
  }),
  bufferLines: integer({
    key: "telemetry.syslog_number_of_lines_to_read",
    group: "Buffer and upload",
    flag: "--buffer-lines <n>",
    description: "lines that fill an object",
    detail: "An object is made when a stream holds this many lines.",
    default: 1000,
    minimum: 1,
    maximum: 10_000_000,
  }),
  pushFrequencyMs: duration({
    key: "telemetry.push_frequency",
    group: "Buffer and upload",
    flag: "--push-frequency <time>",
    description: "longest time a line waits for its upload",
    detail: "An object is made when a stream's oldest line is this old.",
    default: 60 * SECOND,
    minimum: SECOND,
    maximum: 24 * HOUR,
  }),
  objectMaxBytes: size({
    key: "telemetry.object_max_bytes",
    group: "Buffer and upload",
    flag: "--object-max-bytes <size>",
    description: "longest object",
    detail: "Longest object. A line that is longer becomes an object of its own.",
    default: 8 * MiB,
    minimum: 64 * KiB,
    maximum: GiB,
  }),
  putsInFlightMaxBytes: size({
    key: "telemetry.put_max_bytes",
    group: "Buffer and upload",
    flag: "--put-max-bytes <size>",
    description: "objects in memory at once",
    detail: "Bytes of objects in memory for upload at once, over all streams. At least `object_max_bytes`.",
    default: 16 * MiB,
    minimum: 64 * KiB,
    maximum: 4 * GiB,
  }),
});
