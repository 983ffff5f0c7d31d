/**
 * Whatever is sent, the agent answers rightly and at once, stays well, and stores what it acknowledged and nothing else.
 * Requests are made at random, from grammars and by damaging valid ones: bodies, codings, heads, framing, and how they
 * are cut, split and pipelined. Against the compiled executable, over sockets, as bytes.
 *
 * More by `FUZZ_CASES=200000 FUZZ_SEED=7 bun test test/fuzz/fuzz.test.ts`; one alone by `FUZZ_SEED=7 FUZZ_CASE=123`.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { STREAMS } from "../../src/pipeline.ts";
import { LiveAgent } from "../conformance/live-agent.ts";
import { sample } from "../conformance/requests.ts";
import type { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { numberAt } from "../support/json.ts";
import { expectStop } from "../support/steps.ts";
import { hunt } from "./hunt.ts";
import { FLAGS, PEAK_MAX_MIB } from "./limits.ts";
import { report } from "./report.ts";
import { StoredLines } from "./stored-lines.ts";

const CASES = Number(Bun.env["FUZZ_CASES"] ?? 3000);
const SEED = Number(Bun.env["FUZZ_SEED"] ?? 42);
const ONLY = Bun.env["FUZZ_CASE"];
/** Far above what it takes, some 3 ms a case. */
setDefaultTimeout(120_000 + 50 * CASES);

const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing)(agentOnly.title("the receiver under a fuzzer"), () => {
  const lines = new StoredLines();
  const statuses = new Map<number, number>();
  let live: LiveAgent;
  let filesBefore = 0;

  beforeAll(async () => {
    live = await LiveAgent.start(FLAGS);
    await post("before all");
    await settled(live.agent);
    filesBefore = openFiles(live.agent);
  });

  afterAll(async () => {
    await live?.[Symbol.asyncDispose]();
  });

  test("answers what HTTP and OTLP demand, each within a second", async () => {
    const numbers = ONLY === undefined ? Array.from({ length: CASES }, (_, n) => n) : [Number(ONLY)];
    const findings = await hunt(live.agent, SEED, numbers, (fuzzCase, saw) => {
      lines.expect(fuzzCase, saw);
      for (const { status } of saw.answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    });
    if (findings.length > 0) throw new Error(`${await report(SEED, findings)}\n\n${live.agent.log.slice(-3000)}`);
    if (ONLY === undefined) expectVariety(statuses);
  });

  test("is well afterwards: health, files, bytes in flight, memory, log", async () => {
    expect(await live.agent.health()).toMatchObject({ status: "healthy" });
    await post("after all");
    await settled(live.agent);
    await eventually("the sockets to be closed", () => openFiles(live.agent) <= filesBefore);
    expect(peakMib(live.agent)).toBeLessThan(PEAK_MAX_MIB);
    // That it is ready, and once what a sender of gRPC should use: nothing else is worth a word, let alone a stack.
    const [ready, ...others] = live.agent.log.trim().split("\n");
    expect(ready).toContain(" Ready ");
    expect(others.filter((line) => !line.includes("A sender uses gRPC"))).toEqual([]);
    expect(others.length).toBeLessThan(2);
  });

  test("stores every body that it answered with 200, once, as JSON, and none that it did not", async () => {
    const stats = await live.agent.stats();
    const accepted = STREAMS.map((stream) => numberAt(stats, "streams", stream, "accepted_requests"));
    await expectStop(live.agent);
    const faults = readdirSync(live.store.folder).flatMap((object) =>
      lines.found(object, readFileSync(join(live.store.folder, object))),
    );
    expect(faults).toEqual([]);
    expect(lines.missing).toEqual([]);
    expect(lines.count).toBe(accepted.reduce((sum, count) => sum + count));
  });

  async function post(text: string): Promise<void> {
    const { body } = sample("json", text);
    expect((await live.agent.post("/v1/logs", body)).status).toBe(200);
    lines.acknowledged("logs", body);
  }
});

/** A fuzzer that is always refused, or for one reason, finds nothing. */
function expectVariety(statuses: ReadonlyMap<number, number>): void {
  const answers = statuses.values().reduce((sum, count) => sum + count, 0);
  const share = (status: number): number => (statuses.get(status) ?? 0) / answers;
  expect([200, 400, 403, 404, 405, 413, 415, 431].filter((status) => share(status) === 0)).toEqual([]);
  expect(share(200)).toBeGreaterThan(0.3);
  expect(share(503)).toBeLessThan(0.05);
}

/** Nothing is read, nothing waits to be uploaded. */
async function settled(agent: Agent): Promise<void> {
  await eventually("the agent to be idle", async () => {
    const stats = await agent.stats();
    const held = STREAMS.map((stream) => numberAt(stats, "streams", stream, "ring_lines"));
    return numberAt(stats, "in_flight_bytes") === 0 && held.every((count) => count === 0);
  });
}

function openFiles({ pid }: Agent): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function peakMib({ pid }: Agent): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
