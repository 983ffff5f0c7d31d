/**
 * A quiet machine's load: 10,000 records a second of 200 bytes, delivered to S3, beside the Collector's file exporter and
 * a `Bun.serve` that keeps nothing, which is what taking so many requests costs by itself.
 */
import { built } from "../support/built.ts";
import { S3_REGION, S3Server } from "../support/s3-server.ts";
import { BODIES_NOTE, workload } from "./bodies.ts";
import type { Chapter } from "./chapter.ts";
import { Load, type LoadOptions, measure, type Measured } from "./measure.ts";
import { logs } from "./shapes.ts";
import { type Summary, summaries } from "./summary.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { agentTarget, bareTarget, otelcolTarget, type StartTarget, TARGET_NAMES } from "./targets.ts";
import type { Times } from "./throughput.ts";

const RECORDS_PER_SECOND = 10_000;
const CONNECTIONS = 8;

export interface FixedRateTimes extends Times {
  /**
   * A small batch is 100; that of the SDKs' batch processors by default 512; what our own collector's batches of 512 KiB
   * hold 2700.
   */
  readonly recordsPerRequest: readonly number[];
}

export async function fixedRate(times: FixedRateTimes, say: (line: string) => void): Promise<Chapter[]> {
  const rows: string[][] = [];
  for (const records of times.recordsPerRequest) {
    const options = { ...times, connections: CONNECTIONS, requestsPerSecond: RECORDS_PER_SECOND / records };
    for (const encoding of ["json", "protobuf"] as const) {
      using load = await Load.create(workload(logs(records, 200), encoding));
      const rounds: Measured[] = [];
      for (let round = 0; round < times.rounds; round++) {
        rounds.push(await toS3(load, options), await at(otelcolTarget, load, options));
        rounds.push(await at(bareTarget, load, options));
        say(`${load.workload.name}, round ${round + 1} of ${times.rounds}`);
      }
      rows.push(...rowsOf(summaries(rounds)));
    }
  }
  const head = [
    "what is sent",
    "to",
    "records/s",
    "CPU, % of a core",
    "least",
    "most",
    "÷ otelcol",
    "anon MiB",
    "mapped MiB",
    "p50 ms",
    "p99 ms",
  ];
  const note =
    `10,000 records/s of 200 B over ${CONNECTIONS} connections. Medians of ${times.rounds} rounds over all targets in ` +
    `turn, with the least and the most. ${BODIES_NOTE}`;
  return [{ title: "Fixed rate", note, table: markdownTable(head, rows) }];
}

function rowsOf(all: readonly Summary[]): string[][] {
  const otelcol = all.find(({ target }) => target === TARGET_NAMES.otelcol)?.cpuPercent ?? Number.NaN;
  return all.map((one) => [
    one.workload,
    one.target,
    one.recordsPerSecond.toFixed(0),
    one.cpuPercent.toFixed(2),
    one.leastCpuPercent.toFixed(2),
    one.mostCpuPercent.toFixed(2),
    (one.cpuPercent / otelcol).toFixed(2),
    one.anonMib.toFixed(0),
    one.mappedMib.toFixed(0),
    one.p50Ms.toFixed(2),
    one.p99Ms.toFixed(2),
  ]);
}

async function at(start: StartTarget, load: Load, options: LoadOptions): Promise<Measured> {
  await using target = await start();
  return await measure(target, load, options);
}

async function toS3(load: Load, options: LoadOptions): Promise<Measured> {
  await using s3 = await S3Server.start(built("s3"));
  const environment = {
    AWS_ENDPOINT_URL: s3.origin,
    AWS_REGION: S3_REGION,
    AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
  };
  // As many lines an object as take two seconds, so that uploads are part of what is measured.
  const flags = ["--buffer-lines", String(Math.round(2 * (options.requestsPerSecond ?? 0)))];
  const agentOptions = { destination: `s3://${s3.bucket}`, environment, flags };
  await using agent = await agentTarget("warp-telemetry to S3", agentOptions);
  const measured = await measure(agent, load, options);
  if ((await s3.objects()).size === 0) throw new Error("Cannot measure the delivery to S3: there is no object");
  return measured;
}
