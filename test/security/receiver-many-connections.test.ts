/** More connections than anybody needs, each with as much of a head as the receiver takes: bounded in number and memory. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync } from "node:fs";
import { needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { HonestSender } from "../support/honest-sender.ts";
import { numberAt } from "../support/json.ts";
import { peakBytes } from "../support/peak-memory.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectSaidOnce } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";
import { Attack } from "./attack.ts";

setDefaultTimeout(60_000);

const CONNECTIONS_MAX = 2048;
const OTHER_FILES_MAX = 100;
/**
 * The agent itself, 128 MiB of heads, those of the connections that came since the last look, and what of the ended ones
 * is read to its end.
 */
const PEAK_MAX_MIB = 384;

const agentOnly = needs("executable");

test.skipIf(agentOnly.missing || process.platform !== "linux")(
  agentOnly.title("4,000 connections with 60 KiB of a header each: the quietest are ended, and others are heard"),
  async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    await using _attack = await Attack.start(agent, "begin", 4000, {
      line: "GET /",
      body: Buffer.alloc(60 * 1024, "x"),
    });
    await eventually("the connections to be ended", async () => numberAt(await agent.stats(), "ended_connections") > 0);
    const honest = new HonestSender(agent).start();
    await Bun.sleep(2000);
    await honest.stop();
    expect(honest.failures).toEqual([]);
    await eventually(
      "few of them",
      () => readdirSync(`/proc/${agent.pid}/fd`).length < CONNECTIONS_MAX + OTHER_FILES_MAX,
    );
    expect(peakBytes(agent.pid) / 2 ** 20).toBeLessThan(PEAK_MAX_MIB);
    await expectSaidOnce(agent, /Too many connections/);
  },
);
