import type { JsonObject } from "../lib/json-object.ts";
import { readLog, TEXT_MAX_CHARACTERS } from "../live/read-records.ts";
import { readSpan } from "../live/read-spans.ts";
import { cutText, msOf, requestOf, textOf } from "../live/told-values.ts";
import { OWN_SCOPES, type Stream } from "../pipeline.ts";
import { hostPoints } from "./host-points.ts";
import type { JobReport } from "./job-report.ts";
import { isAt, NOWHERE, unescaped } from "./json-bytes.ts";
import { processesOf } from "./kept-processes.ts";
import { type Items, itemsOf } from "./otlp-items.ts";
import type { Owners } from "./owners.ts";
import { scanLogs, type ScannedLogs, type ScannedRecord } from "./scan-logs.ts";

const HOST_SCOPE = Buffer.from(OWN_SCOPES.host);
const METRICS_BEGIN = Buffer.from('{"resourceMetrics":[');
const METRICS_END = Buffer.from("]}");

/** Brings what objects have to the jobs that it is of. */
export class Filler {
  /** Records and data points of no job that is shown. */
  unowned = 0;
  readonly #owners: Owners;
  readonly #step = new LastText();

  constructor(owners: Owners) {
    this.#owners = owners;
  }

  /** Takes what a line has. False for one that is no OTLP. Keeps none of its bytes. */
  take(stream: Stream, line: Buffer): boolean {
    switch (stream) {
      case "metrics":
        return isOfOthers(line) || forEach(itemsOf(line, "metrics"), (items) => this.#takeMetrics(items));
      case "traces":
        return forEach(itemsOf(line, "traces"), (items) => this.#takeSpans(items));
      case "logs":
      case "gha-logs":
        return (
          forEach(scanLogs(line), (logs) => this.#takeScanned(stream, line, logs)) ||
          forEach(itemsOf(line, "logs"), (items) => this.#takeLogs(stream, items))
        );
    }
  }

  #takeMetrics({ resource, scope, items }: Items): void {
    if (scope !== OWN_SCOPES.host) return;
    for (const point of hostPoints(items)) {
      const owner = this.#owners.of(resource, point.atMs);
      if (owner === undefined) {
        this.unowned++;
        continue;
      }
      owner.version = resource["telemetry.version"];
      owner.addPoint(point);
    }
  }

  #takeSpans({ resource, items }: Items): void {
    for (const item of items) {
      const span = readSpan(item, resource["service.name"] ?? "", 0);
      const owner = span === undefined ? undefined : this.#owners.of(resource, span.startedAtMs, span.traceId);
      if (owner === undefined || span === undefined) this.unowned++;
      else owner.addSpan(span);
    }
  }

  #takeLogs(stream: "logs" | "gha-logs", { resource, scope, items }: Items): void {
    if (scope === OWN_SCOPES.processes) {
      const sample = processesOf(items);
      if (sample !== undefined) this.#owners.of(resource, sample.atMs)?.addProcesses(sample);
      return;
    }
    for (const record of items) {
      const atMs = msOf(record["timeUnixNano"]) ?? msOf(record["observedTimeUnixNano"]) ?? 0;
      const owner = this.#owners.of(resource, atMs, textOf(record["traceId"]));
      if (owner === undefined) this.unowned++;
      else this.#takeRecord(owner, stream, scope, record, atMs);
    }
  }

  /** As {@link #takeLogs}, of records of which nothing but what is shown was read. */
  #takeScanned(stream: "logs" | "gha-logs", line: Buffer, { resource, scope, records }: ScannedLogs): void {
    if (scope === OWN_SCOPES.processes) {
      const items = records.map((record) => parsed(line, record)).filter((item) => item !== undefined);
      this.#takeLogs(stream, { resource, scope, items });
      return;
    }
    const hasHost = resource["host.name"] !== undefined;
    for (const record of records) {
      const { atMs = 0, severity, textFrom, textTo, traceFrom, traceTo, stepFrom, stepTo } = record;
      // Whose a record is follows from its trace only where its machine is not told.
      const trace = hasHost || traceFrom === NOWHERE ? undefined : textAt(line, traceFrom, traceTo);
      const owner = this.#owners.of(resource, atMs, trace);
      if (owner === undefined) this.unowned++;
      else if (textFrom === NOWHERE || scope === OWN_SCOPES.events)
        this.#takeRecord(owner, stream, scope, parsed(line, record) ?? {}, atMs);
      else {
        const raw = line.toString("utf8", textFrom, textTo);
        // Most are dropped again, so an escape is read when that is known.
        const isEscaped = raw.length <= TEXT_MAX_CHARACTERS && raw.includes("\\");
        owner.addLog({
          atMs: Math.floor(atMs),
          stream,
          severity,
          text: isEscaped ? raw : cutText(unescaped(raw), TEXT_MAX_CHARACTERS),
          stepId: stepFrom === NOWHERE ? undefined : this.#step.at(line, stepFrom, stepTo),
          isEscaped,
        });
      }
    }
  }

  #takeRecord(owner: JobReport, stream: "logs" | "gha-logs", scope: string, record: JsonObject, atMs: number): void {
    if (scope === OWN_SCOPES.events) owner.addEvent(record);
    else {
      const { stepId, ...log } = readLog(stream, record, atMs);
      owner.addLog({ ...log, stepId, isEscaped: false });
    }
  }
}

/** A text that is mostly the one before: made anew only when it is another. */
class LastText {
  #bytes = Buffer.alloc(0);
  #text = "";

  at(line: Buffer, from: number, to: number): string {
    if (to - from !== this.#bytes.length || !isAt(line, from, this.#bytes)) {
      this.#bytes = Buffer.from(line.subarray(from, to));
      this.#text = textAt(line, from, to).slice(0, TEXT_MAX_CHARACTERS);
    }
    return this.#text;
  }
}

/** False without a list. */
function forEach<T>(list: readonly T[] | undefined, take: (one: T) => void): boolean {
  list?.forEach(take);
  return list !== undefined;
}

/** Metrics that no agent has made, which are not drawn: what looks like a request, and names nothing of ours. */
function isOfOthers(line: Buffer): boolean {
  const begins = line.subarray(0, METRICS_BEGIN.length).equals(METRICS_BEGIN);
  return begins && line.subarray(-METRICS_END.length).equals(METRICS_END) && line.indexOf(HOST_SCOPE) < 0;
}

function textAt(line: Buffer, from: number, to: number): string {
  return unescaped(line.toString("utf8", from, to));
}

function parsed(line: Buffer, { from, to }: ScannedRecord): JsonObject | undefined {
  return requestOf(line.toString("utf8", from, to));
}
