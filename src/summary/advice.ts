import { bytesText, counted, shareText } from "../lib/quantities.ts";
import type { SeriesName } from "../live/live-data.ts";
import { RULE } from "./rule.ts";
import type { RunFacts } from "./run-facts.ts";

export interface MachineSize {
  readonly cores: number;
  readonly memoryBytes: number;
}

/** What the rule says of a job, and why. */
export interface Advice {
  readonly verdict: "too_few_runs" | "smaller" | "more_cores" | "more_memory" | "more_cores_and_memory" | "keep";
  /** Runs that count. */
  readonly runs: number;
  /** Sentences with the figures. */
  readonly reasons: readonly string[];
  /** What the rule wants for these runs. Absent with too few. */
  readonly needs?: MachineSize;
  /** With `smaller`: the machine that would be enough. */
  readonly enough?: MachineSize;
}

type Measured = RunFacts & MachineSize;

/**
 * What {@link RULE} says of runs of one job on machines of one size. Pure. Runs that did not end by themselves, or of which
 * too little was measured, do not count; what was not measured is no reason for anything.
 */
export function adviceFor(all: readonly RunFacts[]): Advice {
  const runs = all.filter(isCounted);
  const [first] = runs;
  if (first === undefined || runs.length < RULE.runsMin) {
    const reasons = [`${RULE.runsMin} runs wanted, ${runs.length} here`, ...leftOutNote(all.length - runs.length)];
    return { verdict: "too_few_runs", runs: runs.length, reasons };
  }
  const size = { cores: first.cores, memoryBytes: first.memoryBytes };
  const needs = needsOf(runs);
  const base = { runs: runs.length, needs };
  const [cores, memory] = [reasonsForCores(runs), reasonsForMemory(runs)];
  const notes = [needsText(runs, needs), ...leftOutNote(all.length - runs.length)];
  if (cores.length + memory.length > 0) {
    const verdict = cores.length === 0 ? "more_memory" : memory.length === 0 ? "more_cores" : "more_cores_and_memory";
    return { ...base, verdict, reasons: [...memory, ...cores, ...oneThreadNote(runs), ...notes] };
  }
  const obstacles = obstaclesToSmaller(runs, size, needs);
  if (obstacles.length > 0) {
    return { ...base, verdict: "keep", reasons: [...obstacles, ...oneThreadNote(runs), ...notes] };
  }
  return { ...base, verdict: "smaller", enough: enoughFor(size, needs), reasons: [...notes, ...oneThreadNote(runs)] };
}

/** Whether the rule takes a run into account. */
export function isCounted(run: RunFacts): run is Measured {
  const { isRunning, result, cores, memoryBytes, figures, measuredShare } = run;
  if (isRunning || !(result === "success" || result === "failure" || result === "error")) return false;
  if (cores === undefined || memoryBytes === undefined || measuredShare < RULE.measuredShareMin) return false;
  return figures["cpu.mean"] !== undefined && figures["memory.used"] !== undefined;
}

function needsOf(runs: readonly Measured[]): MachineSize {
  const [busyCores, peakBytes] = [mostBusyCores(runs), mostMemory(runs)];
  return { cores: busyCores * RULE.headroom, memoryBytes: peakBytes * RULE.headroom + RULE.cacheBytes };
}

function needsText(runs: readonly Measured[], { cores, memoryBytes }: MachineSize): string {
  const [busy, peak] = [coresText(mostBusyCores(runs)), bytesText(mostMemory(runs))];
  return `The largest run wants ${coresText(cores)} cores (P99.5: ${busy}) and ${bytesText(memoryBytes)} (peak: ${peak})`;
}

function reasonsForCores(runs: readonly Measured[]): readonly string[] {
  const oneThread = meanOverTime(runs, ({ oneThreadShare }) => oneThreadShare) ?? 0;
  if (oneThread >= RULE.oneThreadMinShare) return [];
  const [busy, pressure] = [meanOf(runs, "cpu.mean"), meanOf(runs, "pressure.cpu")];
  return [
    ...(busy !== undefined && busy >= RULE.largerMinCpu
      ? [`On average ${shareText(busy)} of the cores are in use`]
      : []),
    ...(pressure !== undefined && pressure >= RULE.largerMinCpuPressure
      ? [`Threads wait for a core in ${shareText(pressure)} of the time`]
      : []),
  ];
}

function reasonsForMemory(runs: readonly Measured[]): readonly string[] {
  const killed = runs.filter(({ oomKillsOfMachine }) => oomKillsOfMachine > 0).length;
  const stall = meanOf(runs, "pressure.memory_full");
  return [
    ...(killed > 0
      ? [`In ${killed} of ${counted(runs.length, "run")} the memory ran out and a process was killed`]
      : []),
    ...(stall !== undefined && stall > RULE.largerMinMemoryStall
      ? [`All threads wait for memory in ${shareText(stall)} of the time`]
      : []),
  ];
}

/** Why half of the machine would not do. Empty: it would. */
function obstaclesToSmaller(
  runs: readonly Measured[],
  { cores, memoryBytes }: MachineSize,
  needs: MachineSize,
): readonly string[] {
  const successes = runs.filter(({ result }) => result === "success").length;
  const kills = runs.reduce((sum, { oomKills }) => sum + oomKills, 0);
  const pressures = runs.map(({ figures }) => figures["pressure.cpu"]?.mean);
  const known = pressures.filter((pressure) => pressure !== undefined);
  const most = Math.max(0, ...known);
  const half: MachineSize = { cores: cores / 2, memoryBytes: memoryBytes / 2 };
  return [
    ...(successes < RULE.runsMin
      ? [`${RULE.runsMin} runs with success are wanted for a smaller machine, ${successes} here`]
      : []),
    ...(kills > 0 ? [`${counted(kills, "OOM kill")} in these runs`] : []),
    ...(half.cores < 1 ? ["A machine of less than one core is not looked for"] : []),
    ...(half.cores >= 1 && needs.cores > half.cores
      ? [`Half of the cores, ${coresText(half.cores)}, would not be enough`]
      : []),
    ...(needs.memoryBytes > half.memoryBytes
      ? [`Half of the memory, ${bytesText(half.memoryBytes)}, would not be enough`]
      : []),
    ...(known.length < runs.length ? ["CPU pressure was not measured, so a smaller machine is not advised"] : []),
    ...(most >= RULE.smallerMaxCpuPressure
      ? [`Threads waited for a core in ${shareText(most)} of the time of a run`]
      : []),
  ];
}

/** Halves as long as it fits: sizes of machines are powers of two at nearly all who rent them. */
function enoughFor({ cores, memoryBytes }: MachineSize, needs: MachineSize): MachineSize {
  const half = { cores: cores / 2, memoryBytes: memoryBytes / 2 };
  const fits = half.cores >= 1 && needs.cores <= half.cores && needs.memoryBytes <= half.memoryBytes;
  return fits ? enoughFor(half, needs) : { cores, memoryBytes };
}

function oneThreadNote(runs: readonly Measured[]): readonly string[] {
  const share = meanOverTime(runs, ({ oneThreadShare }) => oneThreadShare);
  if (share === undefined || share < RULE.oneThreadMinShare) return [];
  return [`One thread is the limit in ${shareText(share)} of the time: more cores will not help`];
}

function leftOutNote(count: number): readonly string[] {
  if (count === 0) return [];
  return [
    `${counted(count, "run")} more did not end by ${count === 1 ? "itself" : "themselves"}, or too little was measured`,
  ];
}

/** In cores. */
function mostBusyCores(runs: readonly Measured[]): number {
  return Math.max(...runs.map(({ figures, cores }) => (figures["cpu.mean"]?.p995 ?? 0) * cores));
}

function mostMemory(runs: readonly Measured[]): number {
  return Math.max(...runs.map(({ figures, memoryBytes }) => (figures["memory.used"]?.peak ?? 0) * memoryBytes));
}

function meanOf(runs: readonly RunFacts[], name: SeriesName): number | undefined {
  return meanOverTime(runs, ({ figures }) => figures[name]?.mean);
}

/** A long run counts as long as it is. Of the runs in which it was measured; undefined: in none. */
function meanOverTime(runs: readonly RunFacts[], valueOf: (run: RunFacts) => number | undefined): number | undefined {
  let [sum, timeMs] = [0, 0];
  for (const run of runs) {
    const value = valueOf(run);
    if (value === undefined) continue;
    sum += value * run.durationMs;
    timeMs += run.durationMs;
  }
  return timeMs === 0 ? undefined : sum / timeMs;
}

/** `2.5`, `8`. */
export function coresText(cores: number): string {
  return String(Math.round(cores * 10) / 10);
}
