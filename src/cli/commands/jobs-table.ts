import { formatByteSize } from "../../config/byte-size.ts";
import { isJsonObject, type JsonObject } from "../../lib/json-object.ts";
import { textTable } from "../../lib/text-table.ts";
import { printableStart } from "../../lib/printable.ts";

/** A name that is longer is cut, so that the columns stay on the screen; in characters. */
const NAME_MAX = 60;
const HEADER = ["job, step", "result", "duration", "peak CPU", "peak memory"];

/**
 * What `/control/jobs` answers, a line a job and a line a step below it. An agent of another version may tell more or
 * less; what is missing shows as `-`. Names have no characters that move a cursor. Ends with a line end.
 */
export function jobsTable({ jobs: all }: JsonObject, nowMs: number): string {
  const jobs = Array.isArray(all) ? all.filter(isJsonObject) : [];
  if (jobs.length === 0) return "No job was seen in this run\n";
  const rows = jobs.flatMap((job) => [
    cellsOf(job, "", nowMs),
    ...stepsOf(job).map((step) => cellsOf(step, "  ", nowMs)),
  ]);
  return textTable([HEADER, ...rows]);
}

function stepsOf({ steps }: JsonObject): readonly JsonObject[] {
  return Array.isArray(steps) ? steps.filter(isJsonObject) : [];
}

function cellsOf(entry: JsonObject, indent: string, nowMs: number): string[] {
  const { name, result, started_at_ms: startMs, ended_at_ms: endMs, peak_cpu_cores: cores } = entry;
  const isRunning = typeof startMs === "number" && typeof endMs !== "number";
  return [
    `${indent}${short(name)}`,
    typeof result === "string" ? short(result) : isRunning ? "runs" : "-",
    typeof startMs === "number" ? duration((typeof endMs === "number" ? endMs : nowMs) - startMs) : "-",
    typeof cores === "number" ? `${cores.toFixed(1)} cores` : "-",
    bytes(entry["peak_memory_bytes"]),
  ];
}

function short(text: unknown): string {
  if (typeof text !== "string" || text === "") return "-";
  return printableStart(text, NAME_MAX);
}

/** `12.3s`, `4m05s`, `1h02m`. A clock that was set back makes none negative. */
function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${two(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, "0");
}

/** Three digits are enough here. */
function bytes(value: unknown): string {
  if (typeof value !== "number") return "-";
  const unit = [2 ** 30, 2 ** 20, 2 ** 10].find((size) => value >= size) ?? 1;
  return unit === 1 ? String(value) : `${(value / unit).toPrecision(3)}${formatByteSize(unit).slice(1)}`;
}
