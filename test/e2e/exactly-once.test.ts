/** Where exactly-once is hard: answers that get lost, names that are taken, processes that die beside a lost answer. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { built, needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import type { SeenRequest } from "../support/fault-proxy.ts";
import { linesOf } from "../support/lines.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop, sendLogs } from "../support/steps.ts";
import { FolderStore, S3Store, WarpbuildStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(90_000);

const agentOnly = needs("executable");
const withS3 = needs("executable", "s3");
const PROXIED = [
  { label: "a bucket", start: () => S3Store.start(built("s3")) },
  { label: "the WarpBuild API", start: () => WarpbuildStore.start(built("s3")) },
];

const isPut = ({ method }: SeenRequest): boolean => method === "PUT";
const isStored = ({ method, status, fault }: SeenRequest): boolean =>
  method === "PUT" && (status === 200 || fault === "lose-answer");

describe.skipIf(withS3.missing)(withS3.title("exactly one object, through a network that fails"), () => {
  for (const { label, start } of PROXIED) {
    test(`${label}: the answer of a PUT that was carried out is lost, twice`, async () => {
      await using store = await start();
      await using base = await TempDir.create("base");
      store.proxy.failNext({ kind: "lose-answer" }, 2, isPut);
      await using agent = await startAgent(store, base);
      const sent = await sendLogs(agent, 0, 10);
      await eventually("the lost answers", () => store.proxy.requests.filter(isPut).length >= 3, { timeoutMs: 40_000 });
      await expectStop(agent);
      expect(await store.objects()).toHaveProperty("size", 1);
      await expectDelivered(store, sent);
      expectOneBodyEach(store.proxy.requests);
    });

    test(`${label}: the answer is lost, then the agent is killed and started again`, async () => {
      await using store = await start();
      await using base = await TempDir.create("base");
      store.proxy.program((seen) => (isPut(seen) ? { kind: "lose-answer" } : undefined));
      await using first = await startAgent(store, base);
      const sent = await sendLogs(first, 0, 10);
      await eventually("the object", async () => (await store.objects()).size === 1);
      sent.push(...(await sendLogs(first, 10, 20)));
      await first.kill();

      store.proxy.heal();
      await using second = await startAgent(store, base);
      await expectStop(second);
      await expectDelivered(store, sent);
      expectOneBodyEach(store.proxy.requests);
    });

    test(`${label}: the connection is reset in the middle of a body`, async () => {
      await using store = await start();
      await using base = await TempDir.create("base");
      store.proxy.failNext({ kind: "reset", afterBytes: 20_000 }, 2, isPut);
      await using agent = await startAgent(store, base);
      const sent = await sendLogs(agent, 0, 20, 10_000);
      await eventually("an object", async () => (await store.objects()).size > 0, { timeoutMs: 40_000 });
      await expectStop(agent);
      await expectDelivered(store, sent);
      expectOneBodyEach(store.proxy.requests);
    });
  }
});

describe.skipIf(withS3.missing)(withS3.title("names that are taken in a bucket"), () => {
  test("an object of somebody else is not touched; ours takes a later name", async () => {
    await using store = await S3Store.start(built("s3"));
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base, ["--object-key-folder", "shared"]);
    const taken = namesOfTheNextSeconds(8);
    for (const name of taken) await store.server.write(`ci/images/shared/${name}`, "somebody else's\n");
    const sent = await sendLogs(agent, 0, 5);
    await eventually("our object", async () => (await store.objects()).size > taken.length, { timeoutMs: 20_000 });
    await expectStop(agent);
    expectBeside(await store.objects(), taken, sent);
  });
});

describe.skipIf(agentOnly.missing)(agentOnly.title("names that are taken in a folder"), () => {
  test("a file of somebody else is not touched; ours takes a later name", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    await mkdir(store.folder, { recursive: true });
    const taken = namesOfTheNextSeconds(8);
    for (const name of taken) await writeFile(join(store.folder, name), "somebody else's\n");
    const sent = await sendLogs(agent, 0, 5);
    await eventually("our object", async () => (await store.objects()).size > taken.length, { timeoutMs: 20_000 });
    await expectStop(agent);
    expectBeside(await store.objects(), taken, sent);
  });
});

/** Whatever was stored under one path was always the same bytes. */
function expectOneBodyEach(requests: readonly SeenRequest[]): void {
  const bodies = new Map<string, Set<string>>();
  for (const { path, body } of requests.filter(isStored)) {
    bodies.set(path, (bodies.get(path) ?? new Set()).add(Buffer.from(body).toString("latin1")));
  }
  expect(bodies.size).toBeGreaterThan(0);
  for (const [path, seen] of bodies) expect(seen.size, path).toBe(1);
}

function namesOfTheNextSeconds(count: number): string[] {
  return Array.from({ length: count }, (_, second) => {
    const digits = new Date(Date.now() + second * 1000).toISOString().replaceAll(/[-:]/g, "");
    return `${digits.slice(0, 8)}-${digits.slice(9, 15)}.logs.log`;
  });
}

function expectBeside(objects: Map<string, Uint8Array>, taken: readonly string[], sent: readonly string[]): void {
  for (const name of taken) {
    expect(new TextDecoder().decode(objects.get(name)), name).toBe("somebody else's\n");
    objects.delete(name);
  }
  expect(linesOf(objects)).toEqual([...sent]);
}
