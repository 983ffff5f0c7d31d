/** How cost grows: with connections, with the length of bodies, and with what the ring holds already. */
import type { Encoding } from "../../src/otlp/export-request.ts";
import { freePort } from "../support/free-port.ts";
import { S3_REGION, TEST_CREDENTIALS } from "../support/s3-server.ts";
import { BODIES_NOTE, workload } from "./bodies.ts";
import type { Chapter } from "./chapter.ts";
import { renew } from "./marks.ts";
import { Load, measure, type Measured } from "./measure.ts";
import { measuredTable, measuredWords } from "./measured-table.ts";
import { cpuSecondsOf } from "../support/process-use.ts";
import { logs } from "./shapes.ts";
import { summaries } from "./summary.ts";
import { markdownTable } from "../support/markdown-table.ts";
import { agentTarget } from "./targets.ts";
import type { Times } from "./throughput.ts";

interface Case {
  readonly records: number;
  readonly encoding: Encoding;
  readonly connections: readonly number[];
  readonly bodies?: number;
}

/** As many of the longest as fit into memory. */
const LONG_BODIES = 8;
const CASES: readonly Case[] = [
  { records: 10, encoding: "json", connections: [1, 10, 100, 1000], bodies: 1024 },
  ...(["json", "protobuf"] as const).flatMap((encoding) => [
    { records: 1, encoding, connections: [8] },
    { records: 100, encoding, connections: [8] },
    // More connections would meet the limit of bytes in flight, as they should.
    { records: 10_000, encoding, connections: [2], bodies: LONG_BODIES },
  ]),
];

export async function growth(times: Times, say: (line: string) => void): Promise<Chapter[]> {
  const all: Measured[] = [];
  for (const { records, encoding, connections, bodies } of CASES) {
    using load = await Load.create(workload(logs(records, 1000), encoding, false, bodies));
    for (let round = 0; round < times.rounds; round++) {
      for (const count of connections) {
        await using target = await agentTarget(`${count} connections`, { destination: "discard:" });
        const measured = await measure(target, load, { ...times, connections: count });
        say(measuredWords(measured));
        all.push(measured);
      }
    }
  }
  const note =
    `warp-telemetry, discard:. Medians of ${times.rounds} rounds, with the least and the most. ${BODIES_NOTE} ` +
    `Of those with 10,000 records there are ${LONG_BODIES}.`;
  return [
    { title: "Growth", note, table: measuredTable(summaries(all)) },
    {
      title: "A ring that fills",
      note: "100 × 1000 B logs, json, one connection, a store that takes nothing.",
      table: await fillRing(),
    },
  ];
}

const RING_MIB = 256;
const PARTS = 8;

/** Sends until the ring is full, and tells what a request cost in each part of the way. */
async function fillRing(): Promise<string> {
  await using target = await agentTarget("filling", {
    destination: "s3://bucket",
    // Nobody listens there: every upload fails.
    environment: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${await freePort()}`,
      AWS_REGION: S3_REGION,
      AWS_ACCESS_KEY_ID: TEST_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
    },
    flags: ["--buffer-bytes", `${RING_MIB}MiB`],
  });
  const { bodies, plainBytes } = workload(logs(100, 1000), "json");
  const url = `http://127.0.0.1:${target.port}/v1/logs`;
  const headers = { "content-type": "application/json" };
  const longestBytes = Math.max(...bodies.map(({ bytes }) => bytes.length));
  const requests = Math.floor((RING_MIB * 1024 * 1024) / (longestBytes + 1)) - 1;
  const rows: string[][] = [];
  let turn = 0;
  // The last part is kept for the agent's own collector.
  for (let part = 0; part < PARTS - 1; part++) {
    const count = Math.floor(requests / PARTS);
    const [cpuBefore, startedAtMs] = [cpuSecondsOf(target.pid), performance.now()];
    for (let n = 0; n < count; n++) {
      const { bytes, marks } = bodies[turn++ % bodies.length] ?? { bytes: new Uint8Array(), marks: new Uint32Array() };
      renew(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), marks);
      const answer = await fetch(url, { method: "POST", headers, body: new Blob([Buffer.from(bytes)]) });
      await answer.bytes();
      if (answer.status !== 200) throw new Error(`Cannot fill the ring: ${answer.status} in part ${part}`);
    }
    const cpu = (cpuSecondsOf(target.pid) - cpuBefore) / ((count * plainBytes) / 1e9);
    const span = `${(100 * part) / PARTS} to ${(100 * (part + 1)) / PARTS} %`;
    rows.push([span, ((performance.now() - startedAtMs) / count).toFixed(3), cpu.toFixed(2)]);
  }
  return markdownTable(["held", "ms a request", "CPU s/GB"], rows);
}
