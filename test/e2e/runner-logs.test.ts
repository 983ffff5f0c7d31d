/** The runner's own logs under the real agent: killed at random moments while they grow, stopped while they grow. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { Agent, type AgentOptions } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { recordsOf } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { deliveryOf } from "../support/lines.ts";
import { logsJson } from "../support/samples.ts";
import { agentOptions } from "../support/start-agent.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(120_000);

const KILLS = 10;
const COMPLETE = { missing: [], doubled: [], foreign: [] };
const parts = needs("executable");

/** An agent that reads `diag` and has no collector. */
function optionsOf(store: FolderStore, base: TempDir, diag: string, flags: readonly string[] = []): AgentOptions {
  const reading = ["--collector-diag-glob", `${diag}/*.log`, "--collector-path", base.file("no-collector")];
  return agentOptions(store, base, ["--push-frequency", "1s", ...reading, ...flags]);
}

/** Writes entries into a few logs, again and again, and moves to a new log now and then. */
class Runner {
  readonly entries: string[] = [];
  readonly #diag: string;
  readonly #timer: Timer;
  #log = 0;

  constructor(diag: string) {
    this.#diag = diag;
    this.#timer = setInterval(() => this.#write(), 20);
  }

  stop(): readonly string[] {
    clearInterval(this.#timer);
    return this.entries;
  }

  #write(): void {
    if (this.entries.length % 1000 < 20) this.#log++;
    for (let n = 0; n < 20; n++) {
      const entry = `[2026-11-26 10:00:00Z INFO Worker] entry ${this.entries.length}\n   and its second line`;
      appendFileSync(`${this.#diag}/Worker_${this.#log}-${n % 3}.log`, `${entry}\n`);
      this.entries.push(entry);
    }
  }
}

describe.skipIf(parts.missing)(parts.title("the runner's logs"), () => {
  test(`${KILLS} kills while they grow: every entry is in an object exactly once`, async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const diag = base.file("_diag");
    mkdirSync(diag);
    const options = optionsOf(store, base, diag);
    const runner = new Runner(diag);
    const others: string[] = [];
    let seed = 20_261_126;
    for (let kill = 0; kill < KILLS; kill++) {
      await using agent = await Agent.start(options);
      seed = (seed * 48_271) % 2_147_483_647;
      const killAtMs = performance.now() + (seed % 1500);
      // The ring's head grows by the requests of others, too.
      while (performance.now() < killAtMs) {
        const text = `other ${others.length}`;
        if ((await agent.post("/v1/gha-logs", logsJson(text))).status === 200) others.push(text);
      }
      await agent.kill();
    }
    const entries = runner.stop();
    await using last = await Agent.start(options);
    await expectStop(last);
    const stored = recordsOf(await store.objects(), "gha-logs");
    expect(deliveryOf([...entries, ...others], stored)).toEqual(COMPLETE);
    expect(entries.length).toBeGreaterThan(2000);
  });

  test("a page that is written on and deleted after kill -9 is read to its end by the next start", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const diag = base.file("_diag");
    mkdirSync(`${diag}/pages`, { recursive: true });
    const page = `${diag}/pages/1_2_1.log`;
    const options = optionsOf(store, base, `${diag}/pages`);
    await using first = await Agent.start(options);
    writeFileSync(page, "before\n");
    const kept = (): string[] => readdirSync(base.file("runner", "pages"));
    await eventually("its second name", () => kept().length === 1);
    await first.kill();
    appendFileSync(page, "after\n");
    rmSync(page);
    await using second = await Agent.start(options);
    await eventually("the second name to go", () => kept().length === 0);
    await expectStop(second);
    expect(recordsOf(await store.objects(), "gha-logs")).toEqual(["before", "after"]);
  });

  test("SIGTERM takes along what stands in the files by then, and the next start goes on behind it", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const diag = base.file("_diag");
    mkdirSync(diag);
    const options = optionsOf(store, base, diag);
    const runner = new Runner(diag);
    await using first = await Agent.start(options);
    await Bun.sleep(1500);
    const before = runner.entries.length;
    await expectStop(first);
    const stored = recordsOf(await store.objects(), "gha-logs");
    expect(stored.length).toBeGreaterThanOrEqual(before);
    renameSync(`${diag}/Worker_1-0.log`, `${diag}/Worker_renamed.log`);
    const entries = runner.stop();
    await using second = await Agent.start(options);
    await expectStop(second);
    expect(deliveryOf([...entries], recordsOf(await store.objects(), "gha-logs"))).toEqual(COMPLETE);
  });

  test("a store that is away: the reader waits for the ring, and all of it arrives later", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const diag = base.file("_diag");
    mkdirSync(diag);
    const entries = Array.from(
      { length: 30_000 },
      (_, n) => `[2026-11-26 10:00:00Z INFO Worker] entry ${n} ${"x".repeat(60)}`,
    );
    appendFileSync(`${diag}/Worker_1.log`, entries.map((entry) => `${entry}\n`).join(""));
    const options = optionsOf(store, base, diag, ["--buffer-bytes", "1MiB", "--drain-timeout", "5s"]);
    await store.goAway();
    await using first = await Agent.start(options);
    await Bun.sleep(2000);
    await expectStop(first, 3);
    expect(first.log).toContain("left unread for the next start");
    await store.comeBack();
    await using second = await Agent.start({ ...options, flags: [...(options.flags ?? []), "--drain-timeout", "60s"] });
    await expectStop(second);
    expect(deliveryOf(entries, recordsOf(await store.objects(), "gha-logs"))).toEqual(COMPLETE);
  });
});
