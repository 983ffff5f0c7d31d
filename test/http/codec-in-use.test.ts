import { expect, test } from "bun:test";
import { join } from "node:path";
import { TempDir } from "../support/temp-dir.ts";

const SRC = join(import.meta.dir, "../../src");

/** Serves two requests with a receiver of its own process; prints the answers and what it says of its codec. */
const PROGRAM = `
import { Receiver } from "${SRC}/http/receiver.ts";
import { configureLog, flushLog } from "${SRC}/lib/log.ts";
import { mapStreams } from "${SRC}/pipeline.ts";
configureLog("info", "text");
const lines = [];
const offer = (line) => { lines.push(Buffer.from(line).toString()); return "accepted"; };
const receiver = new Receiver({
  host: "127.0.0.1", port: 0, allowedHosts: [], maxRequestBytes: 100_000, inFlightMaxBytes: 150_000, nestingMax: 100,
  reports: { health: () => ({ body: {}, isUnhealthy: false }), stats: () => receiver.totals(), metrics: () => "" },
});
await receiver.listen();
await receiver.serve(mapStreams(() => ({ lineMaxBytes: 1_000_000, offer })));
const body = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{}]}]}]}';
const headers = { "content-type": "application/json" };
const statuses = [];
for (let n = 0; n < 2; n++) {
  statuses.push((await fetch(\`http://127.0.0.1:\${receiver.port}/v1/logs\`, { method: "POST", headers, body })).status);
}
const { codec } = await (await fetch(\`http://127.0.0.1:\${receiver.port}/stats\`)).json();
console.log(JSON.stringify({ statuses, codec, areStored: lines.every((line) => line === body) && lines.length === 2 }));
await receiver.stop(AbortSignal.timeout(1000));
await flushLog(1000);
process.exit();
`;

async function served(environment: Readonly<Record<string, string>>) {
  await using directory = await TempDir.create("codec");
  const program = directory.file("serve.ts");
  await Bun.write(program, PROGRAM);
  const env = { ...process.env, ...environment };
  const run = Bun.spawn([process.execPath, program], { cwd: SRC, env, stdout: "pipe", stderr: "pipe" });
  const [said, log] = await Promise.all([new Response(run.stdout).text(), new Response(run.stderr).text()]);
  return { said: JSON.parse(said || `"${log}"`) as unknown, warnings: log.split("\n").filter((line) => line !== "") };
}

test("/stats names the codec in use, and there is nothing to warn of", async () => {
  const { said, warnings } = await served({});
  expect(said).toEqual({ statuses: [200, 200], codec: "wasm", areStored: true });
  expect(warnings).toEqual([]);
});

test("without WebAssembly the other codec takes every request, and one warning says why", async () => {
  const { said, warnings } = await served({ BUN_JSC_useWasm: "0" });
  expect(said).toEqual({ statuses: [200, 200], codec: "typescript", areStored: true });
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("WARN  http: Cannot load the codec in WebAssembly");
  expect(warnings[0]).toContain("reason=");
});
