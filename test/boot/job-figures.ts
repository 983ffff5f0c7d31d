/** Compares what the agent has stored of the limited job with what the kernel said of it. */
import { recordOf } from "../events/support.ts";
import { arrayAt, valueAt } from "../support/json.ts";
import { allLinesOf, ownLinesOf } from "../support/lines.ts";
import { type Figures, JOB_CGROUP, LIMIT_BYTES, LIMIT_CORES } from "./limited-job.ts";

/** How far the two may be apart. */
const APART_MAX = 0.05;
/** Of times, besides: the shell reads one file after the other, and an emulated machine takes its time for each. */
const APART_MAX_SECONDS = 0.5;

export interface Compared {
  readonly what: string;
  readonly kernel: string;
  readonly agent: string;
  readonly isSame: boolean;
}

interface Point {
  readonly atMs: number;
  readonly value: number;
}

/** `figures` are those of the job's whole life. */
export function compareJob(objects: ReadonlyMap<string, Uint8Array>, figures: readonly Figures[]): readonly Compared[] {
  const points = (metric: string, attributes: Readonly<Record<string, string>> = {}): readonly Point[] =>
    pointsOf(objects, metric, { scope: "cgroup", ...attributes });
  const within = figuresWithin(figures, points("system.cpu.usage"));
  const [first, last] = [within[0], within.at(-1)];
  const grown = (of: (one: Figures) => number): number =>
    first === undefined || last === undefined ? Number.NaN : (of(last) - of(first)) / 1000;
  const told = (metric: string, attributes?: Readonly<Record<string, string>>): number =>
    sumOf(points(metric, attributes), first?.atMs ?? 0, last?.atMs ?? 0) / 1000;
  const held = figures.map(({ memoryBytes }) => memoryBytes);
  const kill = ownLinesOf(objects, "events")
    .map(recordOf)
    .find(({ name }) => name === "warp_telemetry.oom_kill");
  const limit = points("system.memory.limit").map(({ value }) => value);
  const cores = points("system.cpu.limit").map(({ value }) => value);
  return [
    exactly("limit of memory, bytes", LIMIT_BYTES, limit.at(-1)),
    exactly("limit of CPU, cores", LIMIT_CORES, cores.at(-1)),
    nearly(
      "CPU time, s",
      grown(({ usedMs }) => usedMs),
      told("system.cpu.usage"),
      APART_MAX_SECONDS,
    ),
    nearly(
      "time throttled, s",
      grown(({ throttledMs }) => throttledMs),
      told("system.cpu.throttled"),
      APART_MAX_SECONDS,
    ),
    nearly(
      "time in which threads waited for a core, s",
      grown(({ stalledMs }) => stalledMs),
      told("system.cpu.pressure.utilization", { stall: "some" }) / 100,
      APART_MAX_SECONDS,
    ),
    nearly("memory that was held, MiB", plateau(held), plateau(points("system.memory.usage").map((one) => one.value))),
    exactly("OOM kills", figures.at(-1)?.oomKills ?? 0, points("system.memory.oom_kills").at(-1)?.value),
    exactly("OOM kill: the program", "tail", kill?.attributes["process.executable.name"]),
    exactly("OOM kill: the limit's cgroup", JOB_CGROUP, kill?.attributes["warp_telemetry.oom_kill.limit_cgroup"]),
    exactly("OOM kill: the limit, bytes", LIMIT_BYTES, kill?.attributes["warp_telemetry.oom_kill.limit_bytes"]),
  ];
}

/** Those between the first and the last of `points`: before and after them the agent has said nothing. */
function figuresWithin(figures: readonly Figures[], points: readonly Point[]): readonly Figures[] {
  const [fromMs, toMs] = [points[0]?.atMs ?? 0, points.at(-1)?.atMs ?? 0];
  return figures.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
}

/** Each point is a mean since the one before; in ms of whatever it counts, of the time between the two moments. */
function sumOf(points: readonly Point[], fromMs: number, toMs: number): number {
  return points.reduce((sum, { atMs, value }, at) => {
    const beganMs = Math.max(fromMs, points[at - 1]?.atMs ?? atMs);
    return sum + value * Math.max(0, Math.min(atMs, toMs) - beganMs);
  }, 0);
}

/** In MiB: the median of what is above half of the most. */
function plateau(bytes: readonly number[]): number {
  const most = Math.max(...bytes);
  const high = bytes.filter((one) => one > most / 2).toSorted((one, two) => one - two);
  return (high[Math.floor(high.length / 2)] ?? 0) / 2 ** 20;
}

function pointsOf(
  objects: ReadonlyMap<string, Uint8Array>,
  metric: string,
  attributes: Readonly<Record<string, string>>,
): readonly Point[] {
  return allLinesOf(objects, "metrics")
    .map((line): unknown => JSON.parse(line))
    .flatMap((request) => arrayAt(request, "resourceMetrics"))
    .flatMap((resource) => arrayAt(resource, "scopeMetrics"))
    .flatMap((scope) => arrayAt(scope, "metrics"))
    .filter((one) => valueAt(one, "name") === metric)
    .flatMap((one) => arrayAt(valueAt(one, "gauge") ?? valueAt(one, "sum"), "dataPoints"))
    .filter((point) => hasAll(point, attributes))
    .map((point) => ({
      atMs: Number(valueAt(point, "timeUnixNano")) / 1e6,
      value: Number(valueAt(point, "asDouble") ?? valueAt(point, "asInt")),
    }))
    .toSorted((one, two) => one.atMs - two.atMs);
}

function hasAll(point: unknown, attributes: Readonly<Record<string, string>>): boolean {
  const own = valueAt(point, "attributes") === undefined ? [] : arrayAt(point, "attributes");
  return Object.entries(attributes).every(([key, value]) =>
    own.some((one) => valueAt(one, "key") === key && valueAt(one, "value", "stringValue") === value),
  );
}

function exactly(what: string, kernel: number | string, agent: unknown): Compared {
  return { what, kernel: String(kernel), agent: String(agent), isSame: agent === kernel };
}

function nearly(what: string, kernel: number, agent: number, slack = 0): Compared {
  const isSame = agent > 0 && Math.abs(agent - kernel) <= APART_MAX * Math.max(kernel, agent) + slack;
  return { what, kernel: kernel.toFixed(1), agent: agent.toFixed(1), isSame };
}
