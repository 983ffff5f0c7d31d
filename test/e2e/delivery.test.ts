/** Every acknowledged line stands in exactly one object, at each of the three destinations. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { deliveryOf, linesOf, OBJECT_NAME } from "../support/lines.ts";
import { requestJson, SIGNAL_PATHS, type StreamName } from "../support/samples.ts";
import { Sender } from "../support/sender.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop } from "../support/steps.ts";
import { FolderStore, S3Store, WarpbuildStore, type Store } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(90_000);

const STREAMS: readonly StreamName[] = ["logs", "metrics", "traces", "gha-logs"];

const agentOnly = needs("executable");
const withS3 = needs("executable", "s3");

describe.skipIf(agentOnly.missing)(agentOnly.title("delivery to a folder"), () => {
  deliveryTests(() => FolderStore.start());
});

describe.skipIf(withS3.missing)(withS3.title("delivery to a bucket"), () => {
  deliveryTests(() => S3Store.start(built("s3")));
});

describe.skipIf(withS3.missing)(withS3.title("delivery through the WarpBuild API"), () => {
  deliveryTests(() => WarpbuildStore.start(built("s3")));
});

function deliveryTests(startStore: () => Promise<Store>): void {
  test("every line of every stream stands in exactly one object", async () => {
    await using store = await startStore();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base, ["--buffer-lines", "10"]);
    const sent = await sendToAll(agent, 60);

    await expectStop(agent);
    for (const stream of STREAMS) {
      await expectDelivered(store, sent[stream], stream);
    }
    for (const name of (await store.objects()).keys()) expect(name).toMatch(OBJECT_NAME);
  });

  test("SIGTERM in mid-stream loses no line", async () => {
    await using store = await startStore();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    const sender = new Sender("term");
    sender.start(agent);
    await eventually("the first object", async () => (await store.objects()).size > 0);

    await expectStop(agent);
    await sender.stop();
    expect(sender.acknowledged.length).toBeGreaterThan(50);
    await expectExactlyOnce(store, sender);
  });

  test("SIGKILL in mid-stream and a restart lose and double no line", async () => {
    await using store = await startStore();
    await using base = await TempDir.create("base");
    const sender = new Sender("kill");
    for (let run = 0; run < 3; run++) {
      await using agent = await startAgent(store, base);
      sender.start(agent);
      const before = (await store.objects()).size;
      await eventually("a new object", async () => (await store.objects()).size > before);
      await agent.kill();
      await sender.stop();
    }

    await using agent = await startAgent(store, base);
    await expectStop(agent);
    await expectExactlyOnce(store, sender);
  });

  test("a store that is away while the agent stops: exit code 3, and the next run delivers", async () => {
    await using store = await startStore();
    await using base = await TempDir.create("base");
    await using first = await startAgent(store, base, ["--push-frequency", "60s", "--drain-timeout", "2s"]);
    await store.goAway();
    const sent = await sendToAll(first, 5);
    expect((await expectStop(first, 3)).log).toMatch(/linesLeft=20/);

    await store.comeBack();
    await using second = await startAgent(store, base);
    await expectStop(second);
    for (const stream of STREAMS) {
      await expectDelivered(store, sent[stream], stream);
    }
  });
}

/** Sends `count` lines to each stream; resolves to them when all are acknowledged. */
async function sendToAll(agent: Agent, count: number): Promise<Record<StreamName, string[]>> {
  const sent: Record<StreamName, string[]> = { logs: [], metrics: [], traces: [], "gha-logs": [] };
  for (let n = 0; n < count; n++) {
    for (const stream of STREAMS) {
      const line = requestJson(stream, `${stream}-${n}`);
      const answer = await agent.post(SIGNAL_PATHS[stream], line);
      expect(answer.status).toBe(200);
      sent[stream].push(line);
    }
  }
  return sent;
}

/** A line whose answer never came may be stored, but not twice. */
async function expectExactlyOnce(store: Store, sender: Sender): Promise<void> {
  const stored = linesOf(await store.objects());
  const { missing, doubled, foreign } = deliveryOf(sender.acknowledged, stored);
  const unexpected = foreign.filter((line) => !sender.unknown.includes(line));
  expect({ missing, doubled, unexpected }).toEqual({ missing: [], doubled: [], unexpected: [] });
  expect(new Set(stored).size).toBe(stored.length);
}
