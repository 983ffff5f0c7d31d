import { needs } from "../support/built.ts";
import { Ledger } from "./ledger.ts";
import { Load } from "./load.ts";
import type { Random } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { collectorToFile, collectorWithQueue, type Running, type Subject, warpTelemetry } from "./subjects.ts";
import type { Row } from "./tally.ts";

const SUBJECTS: readonly (readonly [name: string, create: () => Promise<Subject>])[] = [
  ["warp-telemetry", warpTelemetry],
  ["otelcol, file exporter", collectorToFile],
  ["otelcol, otlphttp exporter, queue in memory", () => collectorWithQueue(false)],
  ["otelcol, otlphttp exporter, queue on disk", () => collectorWithQueue(true)],
];
const RUNS = ["kill -9", "SIGTERM", "store away, then SIGTERM"] as const;
/** Of each run of each subject. */
const TIMES = 10;
/** For what is still held to arrive: the collector's retries grow up to 30 s. */
const SETTLE_MS = 45_000;
/** Nothing new for so long means that all is there that will come. */
const QUIET_MS = 4000;
/** Only what both understand: the runner's own stream is ours alone, and bad requests prove nothing here. */
const MARK = /chaos\.([\w-]+)\.(\d+)\./g;

/** The same kills, stops and outages for otelcol, with the same senders and the same books. Its rows are told, not judged. */
export const SIDE_BY_SIDE: Scenario = {
  name: "side-by-side",
  isLongOnly: true,
  missing: needs("collector").missing ? "the collector is not built" : undefined,
  run: async ({ random, say }) => {
    const rows: Row[] = [];
    const problems: string[] = [];
    for (const [name, create] of SUBJECTS) {
      for (const run of RUNS) {
        await using subject = await create();
        if (run.startsWith("store away") && subject.outage === undefined) continue;
        const row = await compare(`${name}: ${run}`, subject, run, TIMES, random);
        rows.push(row);
        say(`${row.fault}: ${row.acknowledged} acknowledged, ${row.missing} missing, ${row.doubled} doubled`);
        if (name === "warp-telemetry" && row.missing + row.doubled > 0) problems.push(`${row.fault}: see the table`);
      }
    }
    return { rows, problems };
  },
};

async function compare(
  fault: string,
  subject: Subject,
  run: (typeof RUNS)[number],
  times: number,
  random: Random,
): Promise<Row> {
  const ledger = new Ledger("peer");
  const mix = { usualMaxBytes: 2000, largeMaxBytes: 50_000, streams: ["logs", "metrics", "traces"] } as const;
  const load = new Load({ ledger, port: subject.port, mix });
  load.start();
  let recoveryMs = 0;
  for (let round = 0; round < times; round++) {
    await using running = await subject.start();
    await Bun.sleep(random.int(500, 1500));
    await end(running, subject, run);
    const startMs = performance.now();
    await using next = await subject.start();
    recoveryMs = Math.max(recoveryMs, performance.now() - startMs);
    next.signal("SIGTERM");
    await next.ended(60_000);
  }
  await load.stop();
  await using last = await subject.start();
  const stored = await settled(subject, ledger);
  last.signal("SIGTERM");
  await last.ended(60_000);

  const acknowledged = ledger.entries.flatMap(({ outcome }, number) => (outcome === "acknowledged" ? [number] : []));
  return {
    fault,
    times,
    acknowledged: acknowledged.length,
    stored: [...stored.values()].reduce((sum, count) => sum + count, 0),
    missing: acknowledged.filter((number) => !stored.has(number)).length,
    doubled: [...stored.values()].filter((count) => count > 1).length,
    recoveryMs,
  };
}

async function end(running: Running, { outage }: Subject, run: (typeof RUNS)[number]): Promise<void> {
  if (run === "store away, then SIGTERM") {
    await outage?.begin();
    await Bun.sleep(1500);
  }
  running.signal(run === "kill -9" ? "SIGKILL" : "SIGTERM");
  await running.ended(60_000);
  if (run === "store away, then SIGTERM") await outage?.end();
}

/** How often each attempt was delivered, once nothing more comes. */
async function settled(subject: Subject, ledger: Ledger): Promise<Map<number, number>> {
  const untilMs = performance.now() + SETTLE_MS;
  let stored = await timesDelivered(subject, ledger);
  let quietSinceMs = performance.now();
  while (performance.now() < untilMs && performance.now() - quietSinceMs < QUIET_MS) {
    await Bun.sleep(500);
    const now = await timesDelivered(subject, ledger);
    if (now.size !== stored.size) quietSinceMs = performance.now();
    stored = now;
  }
  return stored;
}

async function timesDelivered(subject: Subject, { label }: Ledger): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  for (const [, found, number] of (await subject.delivered()).matchAll(MARK)) {
    if (found === label) counts.set(Number(number), (counts.get(Number(number)) ?? 0) + 1);
  }
  return counts;
}
