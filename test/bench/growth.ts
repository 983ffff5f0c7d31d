/** How cost grows: with connections, with the length of bodies, and with what the ring holds already. */
import { logs, workload } from "./bodies.ts";
import { measure, type Measured } from "./measure.ts";
import { cpuSecondsOf } from "./process-use.ts";
import { table } from "./table.ts";
import { agentTarget } from "./targets.ts";
import { measuredTable, type Times } from "./throughput.ts";
import { TempDir } from "../support/temp-dir.ts";

const CONNECTIONS = [1, 10, 100, 1000] as const;
/** Two connections for the longest: more would meet the limit of bytes in flight, as they should. */
const BODIES = [
  { records: 1, connections: 8 },
  { records: 100, connections: 8 },
  { records: 10_000, connections: 2 },
] as const;

export async function growth(times: Times, say: (line: string) => void): Promise<string> {
  const all: Measured[] = [];
  for (const connections of CONNECTIONS) {
    const name = `${connections} connections`;
    await using target = await agentTarget(name, { destination: "discard:" });
    all.push(await measure(target, workload(logs(10, 1000), "json"), { ...times, connections }));
    say(name);
  }
  for (const encoding of ["json", "protobuf"] as const) {
    for (const { records, connections } of BODIES) {
      await using target = await agentTarget(`${connections} connections`, { destination: "discard:" });
      const load = workload(logs(records, 1000), encoding);
      all.push(await measure(target, load, { ...times, connections }));
      say(load.name);
    }
  }
  return `${measuredTable(all)}\n\nA ring that nobody empties, one connection:\n\n${await fillRing()}`;
}

const RING_MIB = 256;
const PARTS = 8;

/** Sends until the ring is full, and tells what a request cost in each part of the way. */
async function fillRing(): Promise<string> {
  // A file where the destination's folder should be: every upload fails.
  await using directory = await TempDir.create("away");
  const inTheWay = directory.file("objects");
  await Bun.write(inTheWay, "");
  const flags = ["--buffer-bytes", `${RING_MIB}MiB`];
  await using target = await agentTarget("filling", { destination: `${inTheWay}/objects`, flags });
  const { body, plainBytes } = workload(logs(100, 1000), "json");
  const url = `http://127.0.0.1:${target.port}/v1/logs`;
  const headers = { "content-type": "application/json" };
  const requests = Math.floor((RING_MIB * 1024 * 1024) / (plainBytes + 1)) - 1;
  const rows: string[][] = [];
  for (let part = 0; part < PARTS; part++) {
    const count = Math.floor(requests / PARTS);
    const [cpuBefore, startedAtMs] = [cpuSecondsOf(target.pid), performance.now()];
    for (let n = 0; n < count; n++) {
      const answer = await fetch(url, { method: "POST", headers, body: new Blob([Buffer.from(body)]) });
      await answer.bytes();
      if (answer.status !== 200) throw new Error(`Cannot fill the ring: ${answer.status} in part ${part}`);
    }
    const cpu = (cpuSecondsOf(target.pid) - cpuBefore) / ((count * plainBytes) / 1e9);
    const span = `${(100 * part) / PARTS} to ${(100 * (part + 1)) / PARTS} %`;
    rows.push([span, ((performance.now() - startedAtMs) / count).toFixed(3), cpu.toFixed(2)]);
  }
  return table(["held", "ms a request", "CPU s/GB"], rows);
}
