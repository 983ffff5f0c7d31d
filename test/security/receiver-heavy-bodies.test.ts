/** Bodies that cost much, from many connections at once: whoever sends little, and whoever asks, does not notice. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { built, needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { HonestSender } from "../support/honest-sender.ts";
import { quickly } from "../support/pace.ts";
import { numberAt, valueAt } from "../support/json.ts";
import { peakBytes } from "../support/peak-memory.ts";
import { logsJson } from "../support/samples.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";
import { delimited } from "../fuzz/protobuf-bodies.ts";
import { Attack, type AttackRequest } from "./attack.ts";
import { PageProbe } from "./page-probe.ts";

setDefaultTimeout(60_000);

const MIB = 1024 * 1024;
const ATTACK_MS = 3000;
/** What README.md says of overload. */
const PEAK_MAX_MIB = 198;

const PROTOBUF = { "content-type": "application/x-protobuf" };
const GZIP = { "content-encoding": "gzip" };
const ZSTD = { "content-encoding": "zstd" };

/** `inside` as often as it fits, between what makes a request of it. */
const filled = (before: string, inside: string, after: string, bytes: number): Buffer => {
  const times = Math.floor((bytes - before.length - after.length) / inside.length);
  return Buffer.from(before + inside.repeat(times) + after);
};
const emptyRecords = (bytes: number): Buffer =>
  filled('{"resourceLogs":[{"scopeLogs":[{"logRecords":[', "{},", "{}]}]}]}", bytes);
const oddCounts = (bytes: number): Buffer =>
  filled(
    '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"histogram":{"dataPoints":[{"bucketCounts":[',
    "1e1,",
    "1]}]}}]}]}]}",
    bytes,
  );
const numbers = (count: number): Uint8Array => {
  const doubles = Float64Array.from({ length: count }, (_, n) => Math.PI * 10 ** ((n % 600) - 300));
  return [1, 2, 2, 9, 1, 7].reduceRight(
    (inside: Uint8Array, field) => delimited(field, inside),
    new Uint8Array(doubles.buffer),
  );
};

const KINDS: readonly (readonly [what: string, connections: number, request: () => AttackRequest])[] = [
  [
    "16 KB of gzip, 16 MiB of protobuf",
    64,
    () => ({
      line: "POST /v1/traces",
      headers: { ...PROTOBUF, ...GZIP },
      body: gzipSync(Buffer.alloc(16 * MIB - 2, Uint8Array.of(0x0a, 0x00))),
    }),
  ],
  [
    "1 KB of gzip, nearly 1 MiB of JSON",
    64,
    () => ({ line: "POST /v1/logs", headers: GZIP, body: gzipSync(emptyRecords(MIB - 100)) }),
  ],
  [
    "zstd that does not say how long it is",
    64,
    () => ({ line: "POST /v1/logs", headers: ZSTD, body: zstdCompressSync(emptyRecords(8 * MIB)) }),
  ],
  [
    "1 MiB of JSON for the slow half of the codec",
    64,
    () => ({ line: "POST /v1/metrics", body: oddCounts(MIB - 100) }),
  ],
  ["16 KiB of it", 64, () => ({ line: "POST /v1/metrics", body: oddCounts(16_000) })],
  ["256 KiB of numbers", 64, () => ({ line: "POST /v1/metrics", headers: PROTOBUF, body: numbers(32_000) })],
  ["16 MiB of JSON", 64, () => ({ line: "POST /v1/logs", body: Buffer.from(logsJson("", 16 * MIB - 500)) })],
  ["16 MiB of JSON", 4, () => ({ line: "POST /v1/logs", body: Buffer.from(logsJson("", 16 * MIB - 500)) })],
];

const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing || process.platform !== "linux")(agentOnly.title("heavy bodies"), () => {
  test.each(KINDS)(
    "%s, %d connections",
    quickly(async (_, connections, request) => {
      await using store = await FolderStore.start();
      await using base = await TempDir.create("base");
      await using agent = await startAgent(store, base);
      const honest = new HonestSender(agent, "/v1/gha-logs").start();
      await using attack = await Attack.start(agent, "flood", connections, request());
      const [health, stats] = [new PageProbe(agent, "/health"), new PageProbe(agent, "/stats")];
      await Bun.sleep(ATTACK_MS);
      await Promise.all([health.expectQuick(), stats.expectQuick(), honest.stop()]);
      honest.expectUnhurt();
      expect(Object.keys(attack.answers).every((status) => ["200", "413", "503"].includes(status))).toBe(true);
      expect(peakBytes(agent.pid) / MIB).toBeLessThan(PEAK_MAX_MIB);
    }),
  );

  test("warp-telemetry status answers meanwhile, and the Worker is gone and the rest well when it is over", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    const [, , request] = KINDS[0] ?? [];
    if (request === undefined) throw new Error("no kind");
    await using attack = await Attack.start(agent, "flood", 64, request());
    await agent.said(/Refusing requests: too many large bodies/);
    const status = Bun.spawn([built("executable"), "status", "--port", String(agent.port)], { stdout: "pipe" });
    expect(await new Response(status.stdout).text()).toContain("receiver is degraded");
    expect(await status.exited).toBe(0);
    await attack[Symbol.asyncDispose]();
    await eventually("the Worker to end", async () => valueAt(await agent.stats(), "worker_is_running") === false);
    const stats = await agent.stats();
    expect([numberAt(stats, "in_flight_bytes"), numberAt(stats, "worker_waiting_bodies")]).toEqual([0, 0]);
    expect((await agent.post("/v1/logs", logsJson("after"))).status).toBe(200);
    await expectStop(agent);
    await expectDelivered(store, [logsJson("after")]);
  });

  test("a stop while they wait for the Worker is as quick as ever, and delivers what was taken", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    const large = Array.from({ length: 6 }, (_, n) => logsJson(`large-${n}`, 1_500_000));
    const [, , request] = KINDS[0] ?? [];
    if (request === undefined) throw new Error("no kind");
    await using _attack = await Attack.start(agent, "flood", 32, request());
    const taken: string[] = [];
    const sending = large.map(async (line) => {
      const answer = await agent.post("/v1/logs", line).catch(() => undefined);
      if (answer?.status === 200) taken.push(line);
    });
    await Bun.sleep(300);
    const { code, log } = await agent.stop("SIGTERM", 15_000);
    await Promise.all(sending);
    expect(code, log).toBe(0);
    await expectDelivered(store, taken, "logs");
  });
});
