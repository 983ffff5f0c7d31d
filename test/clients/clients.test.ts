/**
 * Official exporters that are not JavaScript's (those are in test/e2e) against the executable: each reports success,
 * all that it sent is stored once, and a 503 makes it wait and lose nothing.
 */
import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { refused } from "../../src/http/answers.ts";
import { ReasonCounters } from "../../src/http/counters.ts";
import { refuse } from "../../src/http/refusals.ts";
import { needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { type Fault, FaultProxy } from "../support/fault-proxy.ts";
import { numberAt } from "../support/json.ts";
import { LiveAgent } from "../conformance/live-agent.ts";
import { CollectorClient } from "./collector-client.ts";
import { goClient, goMissing, pythonClient, pythonMissing } from "./programs.ts";
import { expectAllOnce } from "./sent.ts";

/** The first run installs packages and compiles. */
setDefaultTimeout(240_000);
const CLIENT_TIMEOUT_MS = 60_000;

const agentOnly = needs("executable");
const withCollector = needs("executable", "collector");
const SIGNAL_PATHS = ["/v1/logs", "/v1/metrics", "/v1/traces"] as const;

const PROGRAMS = [
  { name: "Python", make: pythonClient, missing: pythonMissing(), compressions: ["none", "gzip", "deflate"] },
  { name: "Go", make: goClient, missing: goMissing(), compressions: ["none", "gzip"] },
] as const;

for (const { name, make, missing, compressions } of PROGRAMS) {
  const isSkipped = agentOnly.missing || missing !== undefined;
  const title =
    missing === undefined ? `the official ${name} exporters` : `the official ${name} exporters (skipped: ${missing})`;
  describe.skipIf(isSkipped)(agentOnly.title(title), () => {
    let command: readonly string[];

    beforeAll(async () => {
      command = await make();
    });

    const send = async (origin: string, compression: string): Promise<void> => {
      await using client = new Child([...command, origin, compression]);
      const { code } = await client.ended(CLIENT_TIMEOUT_MS);
      expect(code, client.output).toBe(0);
    };

    for (const compression of compressions) {
      test(`compression ${compression}: logs, metrics and traces arrive whole`, async () => {
        await using live = await LiveAgent.start();
        await send(live.agent.origin, compression);
        await live.stoppedLines();
        expectAllOnce(await live.store.objects());
      });
    }

    test("wait after our 503, and lose and double nothing", async () => {
      await using live = await LiveAgent.start();
      await using proxy = await FaultProxy.start(live.agent.origin);
      await refuseFirst(proxy, 1);
      await send(proxy.origin, "gzip");
      expectRefusedThenTaken(proxy, 1);
      await live.stoppedLines();
      expectAllOnce(await live.store.objects());
    });
  });
}

describe.skipIf(withCollector.missing)(withCollector.title("the Collector as a sender"), () => {
  for (const encoding of ["json", "proto"] as const) {
    for (const compression of ["none", "gzip", "zstd"] as const) {
      test(`${encoding}, compression ${compression}: logs, metrics and traces arrive whole`, async () => {
        await using live = await LiveAgent.start();
        await using client = await CollectorClient.start({ origin: live.agent.origin, encoding, compression });
        await client.send();
        await takenBy(live, 3);
        const words = await client.stop();
        expect(words).not.toMatch(/\t(error|warn)\t.*(Exporting failed|partial success|Dropping data)/i);
        await live.stoppedLines();
        expectAllOnce(await live.store.objects());
      });
    }

    test(`${encoding}: waits after our 503, and loses and doubles nothing`, async () => {
      await using live = await LiveAgent.start();
      await using proxy = await FaultProxy.start(live.agent.origin);
      await refuseFirst(proxy, 2);
      await using client = await CollectorClient.start({ origin: proxy.origin, encoding, compression: "gzip" });
      await client.send();
      await takenBy(live, 3);
      await client.stop();
      expectRefusedThenTaken(proxy, 2);
      await live.stoppedLines();
      expectAllOnce(await live.store.objects());
    });
  }
});

function ringFull(contentType: string): Response {
  const request = new Request("http://localhost/", { headers: { "content-type": contentType } });
  return refused(request, refuse("ring-full", "logs"), new ReasonCounters());
}

/** The first requests of each signal meet the answer that a full buffer gives, byte for byte. */
async function refuseFirst(proxy: FaultProxy, times: number): Promise<void> {
  const refusals = {
    "application/json": await faultOf(ringFull("application/json")),
    "application/x-protobuf": await faultOf(ringFull("application/x-protobuf")),
  };
  const left = new Map<string, number>(SIGNAL_PATHS.map((path) => [path, times]));
  proxy.program((request) => {
    const count = left.get(request.path) ?? 0;
    left.set(request.path, count - 1);
    if (count <= 0) return undefined;
    return request.headers["content-type"] === "application/json"
      ? refusals["application/json"]
      : refusals["application/x-protobuf"];
  });
}

async function faultOf(answer: Response): Promise<Fault> {
  const body = await answer.bytes();
  const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
  return { kind: "status", status: answer.status, headers: Object.fromEntries(answer.headers), body: text };
}

function expectRefusedThenTaken(proxy: FaultProxy, times: number): void {
  for (const path of SIGNAL_PATHS) {
    const statuses = proxy.requests.filter((request) => request.path === path).map((request) => request.status);
    expect(statuses.slice(0, times + 1), path).toEqual([...Array.from({ length: times }, () => 503), 200]);
  }
}

/** Waits until the agent has accepted that many requests, of all signals together. */
async function takenBy({ agent }: LiveAgent, requests: number): Promise<void> {
  await eventually(`${requests} requests`, async () => {
    const stats = await agent.stats();
    const accepted = ["logs", "metrics", "traces"].map((stream) =>
      numberAt(stats, "streams", stream, "accepted_requests"),
    );
    return accepted.reduce((sum, count) => sum + count, 0) >= requests;
  });
}
