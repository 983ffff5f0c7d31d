import { type JobKind, MACHINES, SEARCHED } from "./catalog.ts";
import type { PlayedRun, PlayedStep } from "./played-run.ts";
import { urlOf } from "./stored-lines.ts";

export type Cell = string | number | null;
export type Answer = readonly (readonly Cell[])[];

/** What the questions ask about, as they stand in the page. */
const WEEK = ["2026-11-02", "2026-11-08"] as const;
const SEARCHED_DAY = "2026-11-02";
const MINUTE_MS = 60_000;
const SLOWEST_MAX = 20;
/** The rule of the page for a smaller machine. */
const RUNS_MIN = 5;
const HEADROOM = 1.2;
const SPARE_GIB = 1;
const WAITING_MAX_PERCENT = 5;

interface StepRuns {
  readonly names: readonly string[];
  readonly tookMs: number[];
  slowestMs: number;
  slowestUrl: string;
}

interface Use {
  readonly kind: JobKind;
  readonly cpuPercent: number[];
  runs: number;
  peakMemoryPercent: number;
  waitingPercentSum: number;
  kills: number;
}

interface Cost {
  jobs: number;
  failed: number;
  minutes: number;
  usd: number;
}

/**
 * What the five questions have to answer, counted from what was played and not from what was stored: numbers are not
 * rounded, see {@link differences}. Its memory grows
 * with the steps and samples of a week.
 */
export class Truth {
  readonly #steps = new Map<string, StepRuns>();
  readonly #kills: Cell[][] = [];
  readonly #uses = new Map<string, Use>();
  readonly #found: Cell[][] = [];
  readonly #costs = new Map<string, Cost>();

  add(run: PlayedRun): void {
    const day = dayOf(run.endedAtMs);
    if (day === SEARCHED_DAY) this.#search(run);
    if (day < WEEK[0] || day > WEEK[1]) return;
    this.#addCost(run);
    for (const step of run.steps) if (step.result !== "skip") this.#addStep(run, step);
    this.#addUse(run);
    this.#addKill(run);
  }

  /** By the headings of the page. */
  answers(): ReadonlyMap<string, Answer> {
    return new Map([
      ["Which steps were slowest this week?", this.#slowestSteps()],
      ["Which jobs were killed by memory?", this.#kills.toSorted(byTimeAndHost(5))],
      ["Which machines are too large?", this.#tooLarge()],
      ["Where did the log say that?", this.#found.toSorted(byTimeAndHost(5)).slice(0, 100)],
      ["What does each repository cost?", this.#costRows()],
    ]);
  }

  #addStep(run: PlayedRun, { name, startedAtMs, endedAtMs }: PlayedStep): void {
    const names = [...namesOf(run.kind), name];
    const key = names.join("\n");
    const runs = this.#steps.get(key) ?? { names, tookMs: [], slowestMs: -1, slowestUrl: "" };
    const tookMs = endedAtMs - startedAtMs;
    runs.tookMs.push(tookMs);
    if (tookMs > runs.slowestMs) Object.assign(runs, { slowestMs: tookMs, slowestUrl: urlOf(run) });
    this.#steps.set(key, runs);
  }

  #slowestSteps(): Answer {
    const rows = [...this.#steps.values()].map(({ names, tookMs, slowestUrl }) => {
      const sumMs = sum(tookMs);
      return { sumMs, row: () => [...names, tookMs.length, ...times(tookMs), sumMs / 3.6e6, slowestUrl] };
    });
    const slowest = rows.toSorted((a, b) => b.sumMs - a.sumMs).slice(0, SLOWEST_MAX);
    return slowest.map(({ row }) => row());
  }

  #addKill(run: PlayedRun): void {
    const { kill, kind, host } = run;
    if (kill === undefined) return;
    const gib = [kill.rssKib, kill.limitKib].map((kib) => kib / 2 ** 20);
    const where = [...namesOf(kind), kill.stepName, host, kill.process];
    this.#kills.push([timeText(kill.atMs), ...where, ...gib, "cgroup", urlOf(run)]);
  }

  #addUse(run: PlayedRun): void {
    const key = namesOf(run.kind).join("\n");
    const { kind } = run;
    const use = this.#uses.get(key) ?? newUse(kind);
    this.#uses.set(key, use);
    use.runs++;
    if (run.kill !== undefined) use.kills++;
    for (const { cpuPercent, memoryPercent, cpuPressurePercent } of run.samples) {
      use.cpuPercent.push(cpuPercent);
      use.peakMemoryPercent = Math.max(use.peakMemoryPercent, memoryPercent);
      use.waitingPercentSum += cpuPressurePercent;
    }
  }

  #tooLarge(): Answer {
    const rows = [...this.#uses.values()].flatMap((use) => {
      const { kind, cpuPercent, runs, kills, peakMemoryPercent, waitingPercentSum } = use;
      const has = MACHINES.find(({ hostType }) => hostType === kind.hostType);
      const waiting = waitingPercentSum / cpuPercent.length;
      if (has === undefined || runs < RUNS_MIN || kills > 0 || waiting >= WAITING_MAX_PERCENT) return [];
      const busy = (quantile(cpuPercent, 0.995) / 100) * has.vcpus;
      const peakGib = (peakMemoryPercent / 100) * has.memoryGib;
      // Sorted from the cheapest.
      const fits = MACHINES.find(
        ({ vcpus, memoryGib }) => vcpus >= busy * HEADROOM && memoryGib >= peakGib * HEADROOM + SPARE_GIB,
      );
      if (fits === undefined || fits.usdPerMinute >= has.usdPerMinute) return [];
      const prices = [has, fits].map(({ usdPerMinute }) => 60 * usdPerMinute);
      return [[...namesOf(kind), runs, has.hostType, busy, peakGib, waiting, fits.hostType, ...prices]];
    });
    return rows.toSorted((a, b) => compare(a.slice(0, 3).join("\n"), b.slice(0, 3).join("\n")));
  }

  #search(run: PlayedRun): void {
    for (const { name, lines } of run.steps) {
      for (const { atMs, text } of lines) {
        if (!text.includes(SEARCHED)) continue;
        const printed = `${new Date(atMs).toISOString().replace("Z", "1234Z")} ${text}`;
        this.#found.push([timeText(atMs), ...namesOf(run.kind), name, run.host, printed, urlOf(run)]);
      }
    }
  }

  #addCost({ kind, machine, startedAtMs, endedAtMs, result }: PlayedRun): void {
    const cost = this.#costs.get(kind.repository) ?? { jobs: 0, failed: 0, minutes: 0, usd: 0 };
    const minutes = Math.ceil((endedAtMs - startedAtMs) / MINUTE_MS);
    cost.jobs++;
    if (result !== "success") cost.failed++;
    cost.minutes += minutes;
    cost.usd += minutes * machine.usdPerMinute;
    this.#costs.set(kind.repository, cost);
  }

  #costRows(): Answer {
    const usd = sum([...this.#costs.values()].map((cost) => cost.usd));
    const rows = [...this.#costs].toSorted(([, a], [, b]) => b.usd - a.usd);
    return rows.map(([repository, cost]) => {
      const { jobs, failed, minutes } = cost;
      return [repository, jobs, failed, minutes, cost.usd, (100 * cost.usd) / usd];
    });
  }
}

/** Half of the last digit that the questions keep, and what sums of fractions may differ by. */
const ROUNDING = 0.05 + 1e-6;

/** Where `answer` is not what is true, in words; empty when it is. */
export function differences(answer: Answer, truth: Answer): string[] {
  if (answer.length !== truth.length) return [`${answer.length} rows, ${truth.length} wanted`];
  return truth.flatMap((row, index) =>
    row.flatMap((wanted, column) => {
      const cell = answer[index]?.[column];
      const isSame =
        typeof wanted === "number" && typeof cell === "number" ? Math.abs(cell - wanted) <= ROUNDING : cell === wanted;
      return isSame ? [] : [`row ${index + 1}, column ${column + 1}: ${cell}, ${wanted} wanted`];
    }),
  );
}

function newUse(kind: JobKind): Use {
  return { kind, cpuPercent: [], runs: 0, peakMemoryPercent: 0, waitingPercentSum: 0, kills: 0 };
}

function namesOf({ repository, workflow, job }: JobKind): string[] {
  return [repository, workflow, job];
}

function times(tookMs: readonly number[]): number[] {
  return [0.5, 0.95].map((share) => quantile(tookMs, share) / 1000);
}

/** Between the two values beside the place, as most tools have it (type 7). */
function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * share;
  const [low = Number.NaN, high = low] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) * (place % 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** `2026-11-02 14:33:40.156`, in UTC. */
function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString().replace("T", " ").replace("Z", "");
}

function byTimeAndHost(hostColumn: number): (a: readonly Cell[], b: readonly Cell[]) => number {
  const keyOf = (row: readonly Cell[]): string => `${row[0]} ${row[hostColumn]}`;
  return (a, b) => compare(keyOf(a), keyOf(b));
}

/** By bytes, as the engines sort. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
