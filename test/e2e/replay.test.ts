/** What an agent has stored reaches an endpoint again: another agent, which counts every line, and a real collector. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { sendWithSdk, SENT } from "../support/exporters.ts";
import { freePort } from "../support/free-port.ts";
import { OtelcolReader } from "../support/otelcol-reader.ts";
import { agentOptions, startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop, sendLogs } from "../support/steps.ts";
import { FolderStore, S3Store, type Store } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const agentOnly = needs("executable");
const withS3 = needs("executable", "s3");
const withCollector = needs("executable", "collector");
const PATH = process.env["PATH"] ?? "";

function replayOf(store: Store, source: string, to: string, ...flags: readonly string[]): Child {
  const environment = { PATH, ...store.environment };
  return new Child([built("executable"), "replay", source, "--to", to, ...flags], { environment });
}

const PLACES = [
  ["a folder", agentOnly, () => FolderStore.start(), (store: Store) => store.flags.at(-1) ?? ""],
  ["a bucket", withS3, () => S3Store.start(built("s3")), (store: Store) => store.flags.at(-1) ?? ""],
] as const;

describe.each(PLACES)("replay of %s", (_, parts, open, sourceOf) => {
  test.skipIf(parts.missing)(parts.title("sends every request once, as it was stored"), async () => {
    await using store = await open();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base, ["--buffer-lines", "7"]);
    const lines = await sendLogs(agent, 0, 40);
    await expectStop(agent);

    await using target = await FolderStore.start();
    await using targetBase = await TempDir.create("base");
    await using endpoint = await startAgent(target, targetBase);
    await using replay = replayOf(store, sourceOf(store), endpoint.origin);
    expect(await replay.ended(30_000), replay.output).toMatchObject({ code: 0 });
    expect(replay.output).toContain("Sent 40 requests of ");
    await expectStop(endpoint);
    await expectDelivered(target, lines);
  });
});

test.skipIf(withCollector.missing)(withCollector.title("a collector understands what it gets"), async () => {
  await using store = await FolderStore.start();
  await using base = await TempDir.create("base");
  await using agent = await startAgent(store, base);
  await sendWithSdk({ origin: agent.origin, encoding: "protobuf", compression: "gzip" });
  await expectStop(agent);
  await using reader = await OtelcolReader.start();
  await using replay = replayOf(store, store.folder, reader.origin, "--timeshift");
  expect(await replay.ended(30_000), replay.output).toMatchObject({ code: 0 });
  const understood = JSON.stringify(await reader.understood(3));
  for (const words of [SENT.log.body, SENT.counter.name, SENT.span.name]) expect(understood).toContain(words);
});

describe.skipIf(agentOnly.missing)(agentOnly.title("replay"), () => {
  test("waits for an endpoint that is away, notes its place when it is stopped, and goes on there", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    const lines = await sendLogs(agent, 0, 5);
    await expectStop(agent);
    writeFileSync(join(store.folder, "notes.txt"), "x");

    const port = await freePort();
    const to = `http://127.0.0.1:${port}`;
    const place = base.file("place.json");
    await using first = replayOf(store, store.folder, to, "--place", place);
    await first.said(/does not take them: .*; trying again/);
    process.kill(first.pid, "SIGINT");
    expect(await first.ended(10_000), first.output).toMatchObject({ code: 3 });
    expect(existsSync(place)).toBe(true);

    await using target = await FolderStore.start();
    await using targetBase = await TempDir.create("base");
    await using endpoint = await Agent.start({ ...agentOptions(target, targetBase, ["--no-collector"]), port });
    await using second = replayOf(store, store.folder, to, "--place", place);
    expect(await second.ended(30_000), second.output).toMatchObject({ code: 0 });
    expect(second.output).toContain("Passed over 1 files that are no objects");
    await expectStop(endpoint);
    await expectDelivered(target, lines);

    await using other = replayOf(store, base.path, to, "--place", place);
    expect(await other.ended(10_000)).toMatchObject({ code: 1 });
    expect(other.output).toContain("it is of a replay from ");
  });

  test.each([
    [["/nowhere/at/all", "--to", "http://127.0.0.1:9"], 1, "no such file or directory"],
    [["discard:", "--to", "http://127.0.0.1:9"], 2, "a folder, a file or s3://bucket/prefix wanted"],
    [["."], 2, "'--to <url>' of 'replay' is missing"],
    [[".", "--to", "ftp://x"], 2, "takes an http:// or https:// URL"],
    [[], 2, "missing argument <source>"],
  ])("%j ends with %d and says why", async (args, code, words) => {
    await using child = new Child([built("executable"), "replay", ...args]);
    expect(await child.ended(10_000)).toMatchObject({ code });
    expect(child.output).toContain(words);
  });

  test("of a folder without objects says how to get some", async () => {
    await using empty = await TempDir.create("empty");
    await using child = new Child([built("executable"), "replay", empty.path, "--to", "http://127.0.0.1:9"]);
    expect(await child.ended(10_000)).toMatchObject({ code: 1 });
    expect(child.output).toContain("There are no objects in ");
  });
});
