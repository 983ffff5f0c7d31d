/**
 * A quiet machine's load: 10,000 records a second of 200 bytes, delivered to S3, beside the Collector's file exporter and
 * a `Bun.serve` that keeps nothing, which is what taking so many requests costs by itself.
 */
import { built } from "../support/built.ts";
import { S3_REGION, S3Server } from "../support/s3-server.ts";
import { logs, type Workload, workload } from "./bodies.ts";
import { type LoadOptions, measure, type Measured } from "./measure.ts";
import { table } from "./table.ts";
import { agentTarget, bareTarget, otelcolTarget, type Target } from "./targets.ts";
import type { Times } from "./throughput.ts";

const RECORDS_PER_SECOND = 10_000;
/** A small batch; the one of the SDKs' batch processors by default; what our own collector's batches of 512 KiB hold. */
const RECORDS_PER_REQUEST = [100, 512, 2700] as const;
const CONNECTIONS = 8;

export async function fixedRate(times: Times, say: (line: string) => void): Promise<string> {
  const rows: string[][] = [];
  for (const records of RECORDS_PER_REQUEST) {
    const options = { ...times, connections: CONNECTIONS, requestsPerSecond: RECORDS_PER_SECOND / records };
    for (const encoding of ["json", "protobuf"] as const) {
      const load = workload(logs(records, 200), encoding);
      const otelcol = await at(otelcolTarget, load, options);
      say(`${load.name} · ${otelcol.target}`);
      const agent = await toS3(load, options);
      say(`${load.name} · ${agent.target}`);
      const bare = await at(bareTarget, load, options);
      say(`${load.name} · ${bare.target}`);
      rows.push(...rowsOf([agent, otelcol, bare], otelcol.cpuPercent));
    }
  }
  return table(
    [
      "what is sent",
      "to",
      "records/s",
      "CPU, % of a core",
      "÷ otelcol",
      "peak RSS MiB",
      "anon MiB",
      "p50 ms",
      "p99 ms",
    ],
    rows,
  );
}

function rowsOf(all: readonly Measured[], otelcolPercent: number): string[][] {
  return all.map((one) => [
    one.workload,
    one.target,
    one.recordsPerSecond.toFixed(0),
    one.cpuPercent.toFixed(2),
    (one.cpuPercent / otelcolPercent).toFixed(2),
    one.peakMib.toFixed(0),
    one.anonMib.toFixed(0),
    one.p50Ms.toFixed(2),
    one.p99Ms.toFixed(2),
  ]);
}

async function at(start: () => Promise<Target>, load: Workload, options: LoadOptions): Promise<Measured> {
  await using target = await start();
  return await measure(target, load, options);
}

async function toS3(load: Workload, options: LoadOptions): Promise<Measured> {
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
