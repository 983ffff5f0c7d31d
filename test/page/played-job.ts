/**
 * A job of 20 minutes as the agent would tell it: 12 steps that overlap, a process that is killed for want of memory, a
 * full disk, and texts that mean harm. The same at each call.
 */
import {
  type LiveEvent,
  type LiveJob,
  type LiveProcesses,
  type LiveSeries,
  type LiveState,
  type LiveStep,
  type LiveValues,
  SERIES,
  type SeriesName,
} from "../../src/live/live-data.ts";
import { randomFrom } from "./random.ts";

export const START_MS = Date.UTC(2026, 10, 26, 10, 0, 0);
export const LENGTH_S = 1200;
export const OOM_AT_S = 842;
export const FULL_AT_S = 1102;
const GIB = 1024 ** 3;
const MEMORY_BYTES = 16 * GIB;
const CORES = 8;

/** Markup, a text that turns the direction of writing, colours of a terminal, and control characters. */
export const HOSTILE = `<img src=x onerror="document.title='harmed'"> \u202Egnp.exe\u202C \u001B[31mred\u001B[0m \u0007\u0000</script><script>document.title='harmed'</script>`;

interface PlayedStep {
  readonly name: string;
  readonly fromS: number;
  readonly toS: number | undefined;
  readonly result?: LiveStep["result"];
  readonly cores: number;
  readonly busiest: number;
}

const STEPS: readonly PlayedStep[] = [
  { name: "Set up job", fromS: 0, toS: 4, result: "success", cores: 0.4, busiest: 0.4 },
  { name: "Run actions/checkout@v5", fromS: 4, toS: 19, result: "success", cores: 0.8, busiest: 0.7 },
  { name: "Restore cache", fromS: 19, toS: 52, result: "success", cores: 1.4, busiest: 0.9 },
  { name: "Install dependencies", fromS: 52, toS: 165, result: "success", cores: 2.6, busiest: 0.95 },
  { name: "Lint", fromS: 165, toS: 248, result: "success", cores: 1, busiest: 1 },
  { name: "Type check", fromS: 165, toS: 301, result: "failure", cores: 1.6, busiest: 1 },
  { name: "Build the application", fromS: 168, toS: 520, result: "success", cores: 4.2, busiest: 1 },
  { name: "Build the container image", fromS: 300, toS: 700, result: "success", cores: 1.9, busiest: 0.9 },
  { name: "Unit tests", fromS: 520, toS: 905, result: "failure", cores: 4.6, busiest: 1 },
  { name: "Integration tests", fromS: 560, toS: 1080, result: "success", cores: 1.3, busiest: 0.8 },
  { name: `Upload artifacts ${HOSTILE}`, fromS: 1080, toS: 1150, result: "cancellation", cores: 0.6, busiest: 0.5 },
  { name: "Deploy the preview", fromS: 1150, toS: undefined, cores: 0.9, busiest: 0.7 },
];

export function playedSteps(): readonly LiveStep[] {
  return STEPS.map(({ name, fromS, toS, result }, at) => ({
    id: `step-${at + 1}`,
    name,
    startedAtMs: START_MS + fromS * 1000,
    ...(toS === undefined ? {} : { endedAtMs: START_MS + toS * 1000 }),
    ...(result === undefined ? {} : { result }),
    source: "runner" as const,
  }));
}

/** One sample, `second` seconds after the start. Also for seconds after the end of what was played. */
export function playedSample(second: number): Readonly<Record<SeriesName, number>> {
  const random = randomFrom(second * 7919 + 13);
  const active = STEPS.filter(({ fromS, toS }) => second >= fromS && second < (toS ?? Number.POSITIVE_INFINITY));
  const noise = 0.85 + 0.3 * random();
  const cores = Math.min(CORES * 0.99, active.reduce((sum, step) => sum + step.cores, 0.15) * noise);
  const busiest = Math.min(1, Math.max(0.05, ...active.map((step) => step.busiest)) * (0.93 + 0.1 * random()));
  const tests = second >= 520 && second < OOM_AT_S ? ((second - 520) / (OOM_AT_S - 520)) ** 1.6 : 0;
  const memory = Math.min(0.995, 0.09 + 0.035 * cores + 0.58 * tests + 0.02 * random());
  const filled = Math.min(second, 1180) / FULL_AT_S;
  const disk = second < FULL_AT_S ? 0.42 + 0.575 * filled ** 1.4 : second < 1118 ? 0.998 : 0.71;
  const transfer = (from: number, to: number, rate: number): number =>
    second >= from && second < to ? rate * (0.6 + 0.8 * random()) : 0;
  const mebibyte = 1024 ** 2;
  return {
    "cpu.mean": cores / CORES,
    "cpu.busiest": busiest,
    "cpu.iowait": (second > 300 && second < 420 ? 0.09 : 0.01) * random() * 2,
    "memory.used": memory,
    "disk.used": disk,
    "network.receive":
      transfer(4, 19, 22 * mebibyte) +
      transfer(20, 50, 61 * mebibyte) +
      transfer(54, 140, 9 * mebibyte) +
      9000 * random(),
    "network.transmit": transfer(610, 690, 18 * mebibyte) + transfer(1080, FULL_AT_S, 34 * mebibyte) + 4000 * random(),
    "pressure.cpu": Math.max(0, cores / CORES - 0.72) * 1.4 * noise,
    "pressure.memory": Math.max(0, memory - 0.86) * 2.6 * noise,
    "pressure.memory_full": Math.max(0, memory - 0.93) * 2 * noise,
    "pressure.io": (second > 300 && second < 420 ? 0.16 : 0.012) * random(),
  };
}

export function playedSeries(seconds: number): LiveSeries {
  const samples = Array.from({ length: seconds }, (_, second) => playedSample(second));
  const values: Partial<Record<SeriesName, LiveValues>> = {};
  for (const name of SERIES) {
    const list = samples.map((sample) => sample[name]);
    values[name] = { min: list, mean: list, max: list };
  }
  return { firstMs: START_MS, bucketMs: 1000, values, cores: CORES, memoryBytes: MEMORY_BYTES };
}

const event = (second: number, name: string, severity: LiveEvent["severity"], text: string): LiveEvent => ({
  atMs: START_MS + second * 1000,
  name: `warp_telemetry.${name}`,
  severity,
  text,
});

export function playedEvents(): readonly LiveEvent[] {
  return [
    event(54, "collector_restart", "warn", "The collector ended with exit code 1 and was started again."),
    event(OOM_AT_S, "oom_kill", "fatal", "The kernel killed node (pid 4711) in the job: 13.1 GiB of 16 GiB."),
    event(FULL_AT_S, "disk_full", "error", `/dev/root is full: 0 of 72 GiB are free. ${HOSTILE}`),
    event(1120, "disk_space", "info", "/dev/root has room again: 20.9 GiB are free."),
  ];
}

export function playedProcesses(second: number): LiveProcesses {
  const random = randomFrom(second + 5);
  const one = (pid: number, name: string, cpuCores: number, gib: number, stepId: string) => ({
    pid,
    name,
    cpuCores: cpuCores * (0.8 + 0.4 * random()),
    memoryBytes: gib * GIB,
    stepId,
  });
  const atMs = START_MS + second * 1000;
  if (second > 520 && second <= OOM_AT_S) {
    const list = [
      one(4711, "node", 4.1, 12.4, "step-9"),
      one(4702, "postgres", 1.1, 0.61, "step-10"),
      one(4688, "node", 0.42, 0.38, "step-10"),
      one(902, "dockerd", 0.11, 0.38, "step-8"),
      one(871, "containerd", 0.02, 0.07, "step-8"),
    ];
    return { atMs, list };
  }
  return {
    atMs,
    list: [
      one(5120, "node", 0.62, 1.31, "step-12"),
      one(5188, "kubectl", 0.21, 0.12, "step-12"),
      one(902, "dockerd", 0.11, 0.38, "step-12"),
      one(5201, HOSTILE, 0.04, 0.02, "step-11"),
      one(871, "containerd", 0.02, 0.07, "step-12"),
    ],
  };
}

export function playedJob(): LiveJob {
  return {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    name: "build-and-test (ubuntu-24.04)",
    startedAtMs: START_MS,
    source: "hook",
    steps: playedSteps(),
    attributes: {
      "vcs.repository.name": "shop",
      "cicd.pipeline.name": "ci",
      "vcs.ref.head.name": "main",
      "vcs.ref.head.revision": "9f2c41d07ab6c1f0d2b8a54a0f4f5b0b8f9f6f11",
      "cicd.pipeline.run.id": "18234567890",
      "cicd.pipeline.run.url.full": "https://github.com/example/shop/actions/runs/18234567890",
    },
  };
}

const stream = (lines: number, bytes: number, used: number, objects: number, name: string | null) => ({
  lines,
  bytes,
  ringUsedBytes: used,
  ringBytes: 32 * 1024 * 1024,
  objects,
  lastObject: name === null ? null : `20261126-101900.${name}.log`,
  uploadMs: name === null ? null : 84,
  retries: name === "logs" ? 2 : 0,
  refused: 0,
});

/** All of it at the end of the 20 minutes. */
export function playedState(change: Partial<LiveState> = {}): LiveState {
  return {
    version: "0.1.0",
    nowMs: START_MS + LENGTH_S * 1000,
    startedAtMs: START_MS - 94_000,
    maySeeTexts: true,
    health: {
      status: "degraded",
      problems: [
        {
          part: "logs",
          reason: "2 attempts to store an object failed: SlowDown (503)",
          remedy: "It is tried again by itself. If it lasts, spread the agents over more prefixes.",
        },
      ],
    },
    jobs: [playedJob()],
    series: playedSeries(LENGTH_S),
    events: playedEvents(),
    processes: playedProcesses(LENGTH_S),
    streams: {
      logs: stream(18_422, 9_400_000, 25_800_000, 20, "logs"),
      metrics: stream(1200, 42_000_000, 1_100_000, 20, "metrics"),
      traces: stream(311, 880_000, 40_000, 14, "traces"),
      "gha-logs": stream(81_578, 12_100_000, 310_000, 20, "gha-logs"),
    },
    collector: {
      state: "running",
      pid: 861,
      restarts: 1,
      output: [
        "2026-11-26T10:00:55.104Z info service@v0.165.0/service.go:247 Everything is ready. Begin running and processing data.",
        `2026-11-26T10:14:02.330Z warn file_storage is slow ${HOSTILE}`,
      ],
    },
    destination: "s3://ci-telemetry/runners",
    ...change,
  };
}
