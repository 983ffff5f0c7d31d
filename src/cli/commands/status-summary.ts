import { formatByteSize } from "../../config/byte-size.ts";
import { isJsonObject, type JsonObject } from "../../lib/json-object.ts";
import { textTable } from "../../lib/text-table.ts";
import type {
  AgentStats,
  CollectorStats,
  HealthStats,
  RunnerStats,
  StreamStats,
  Told,
} from "../../stats/agent-stats.ts";

type ToldStream = readonly [name: string, stream: Told<StreamStats>];

/**
 * What `/stats` says, on one screen: the verdict and its reasons, a line a stream, the last errors. An agent of another
 * version may tell more or less; what is missing shows as `-`. Ends with a line end.
 */
export function summarize(url: string, stats: Told<AgentStats>): string {
  const header = ["stream", "accepted", "refused", "rejected", "waiting", "buffer", "objects", "uploaded"];
  const streams: readonly ToldStream[] = entriesOf(stats.streams);
  const errors = streams.flatMap(([name, stream]) => {
    const error = stream.last_error;
    return typeof error === "string" && error !== "" ? [`${name}: ${error}\n`] : [];
  });
  return [
    `${verdictOf(stats)}  ${url}, version ${shown(stats.version)}, objects go to ${shown(stats.destination)}\n`,
    homeLine(stats),
    ...complaintsIn(stats).map(complaintLine),
    "\n",
    textTable([header, ...streams.map(([name, stream]) => [name, ...cellsOf(stream)])]),
    ...streams.flatMap(withoutItemsLine),
    `\ncollector: ${collectorLine(stats.collector)}\n`,
    ...runnerLine(stats.runner_logs),
    ...(errors.length > 0 ? ["\nLast errors\n", ...errors] : []),
    `\nAll counters: ${url}/stats\n`,
  ].join("");
}

/** `healthy`, `degraded`, `unhealthy`; `unknown` when the answer does not say. */
export function verdictOf(stats: Told<AgentStats>): string {
  const { status: verdict } = healthIn(stats);
  return typeof verdict === "string" ? verdict : "unknown";
}

/** Only when the agent does not use the configured folder. */
function homeLine({ home, home_instead_of: insteadOf }: Told<AgentStats>): string {
  if (typeof insteadOf !== "string") return "";
  return `  files are in ${shown(home)}, since others can change ${insteadOf}\n`;
}

/** A part that is not healthy. */
export interface Complaint {
  readonly part: string;
  readonly status: string;
  readonly reason: string;
  readonly remedy?: string;
}

/** Every part that is not healthy, with its reason and what to do. */
export function complaintsIn(stats: Told<AgentStats>): readonly Complaint[] {
  return entriesOf(healthIn(stats).parts)
    .filter(([, { status }]) => status !== "healthy")
    .map(([part, { status, reason, remedy }]) => ({
      part,
      status: shown(status),
      reason: shown(reason),
      ...(typeof remedy === "string" ? { remedy } : {}),
    }));
}

function healthIn({ health }: Told<AgentStats>): Told<HealthStats> {
  return isJsonObject(health) ? health : {};
}

function complaintLine({ part, status, reason, remedy }: Complaint): string {
  return `  ${part} is ${status}: ${reason}${remedy === undefined ? "" : `\n    ${remedy}`}\n`;
}

/** Stored lines that are not OTLP: every later query misses them. */
function withoutItemsLine([name, stream]: ToldStream): string[] {
  const count = stream.accepted_requests_without_items;
  if (typeof count !== "number" || count === 0) return [];
  return [`\n${count} of the accepted requests of ${name} hold no OTLP item: no query finds anything in them\n`];
}

/** Requests accepted, refused and rejected; lines waiting and the used part of the ring; objects and their bytes. */
function cellsOf(stream: Told<StreamStats>): string[] {
  return [
    shown(stream.accepted_requests),
    String(sumOf(stream.refused_requests)),
    String(sumOf(stream.rejected_requests)),
    shown(stream.ring_lines),
    percent(stream.ring_used_bytes, stream.ring_capacity_bytes),
    shown(stream.objects),
    bytes(stream.uploaded_bytes),
  ];
}

function collectorLine(collector: unknown): string {
  if (!isJsonObject(collector)) return "-";
  const { state, pid, restarts }: Told<CollectorStats> = collector;
  return typeof pid === "number" ? `${shown(state)}, pid ${pid}, ${shown(restarts)} restarts` : shown(state);
}

/** Which runners' logs are followed, or where they were looked for. */
function runnerLine(logs: unknown): string[] {
  const { sources: all }: Told<RunnerStats> = isJsonObject(logs) ? logs : {};
  const sources = Array.isArray(all) ? all.filter(isJsonObject) : [];
  if (sources.length === 0) return [];
  const there = sources.filter(({ state }) => state !== "absent");
  const text = there.length > 0 ? foldersOf(there) : `no runner found; looked at ${foldersOf(sources)}`;
  return [`runner logs: ${text}\n`];
}

function foldersOf(sources: readonly JsonObject[]): string {
  return sources.map(({ folder }) => shown(folder)).join(", ");
}

/** Counts by reason, added up. */
function sumOf(counts: unknown): number {
  const values = isJsonObject(counts) ? Object.values(counts) : [];
  return values.reduce<number>((sum, value) => sum + (typeof value === "number" ? value : 0), 0);
}

function percent(part: unknown, whole: unknown): string {
  if (typeof part !== "number" || typeof whole !== "number" || whole === 0) return "-";
  // Rounded up, because a ring that holds anything is not empty.
  return `${Math.ceil((100 * part) / whole)}%`;
}

/** Three digits are enough here. */
function bytes(value: unknown): string {
  if (typeof value !== "number") return "-";
  const unit = [2 ** 30, 2 ** 20, 2 ** 10].find((size) => value >= size) ?? 1;
  return unit === 1 ? String(value) : `${(value / unit).toPrecision(3)}${formatByteSize(unit).slice(1)}`;
}

function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "-";
}

function entriesOf(record: unknown): (readonly [string, JsonObject])[] {
  if (!isJsonObject(record)) return [];
  return Object.entries(record).flatMap(([name, value]) => (isJsonObject(value) ? [[name, value] as const] : []));
}
