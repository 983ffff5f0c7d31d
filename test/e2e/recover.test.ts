/** Lines that were set aside are delivered by hand, each in one object. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, writeFileSync, writeSync, openSync } from "node:fs";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop, sendLogs } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const agentOnly = needs("executable");

async function recover(
  ...args: readonly string[]
): Promise<{ readonly code: number | undefined; readonly text: string }> {
  await using child = new Child([built("executable"), "recover", ...args]);
  const { code } = await child.ended(30_000);
  return { code, text: child.output };
}

/** Lines of a ring whose agent has another destination by now; the path of the file that they are in. */
async function setAside(
  base: TempDir,
  other: FolderStore,
): Promise<{ readonly file: string; readonly lines: string[] }> {
  await using lost = await FolderStore.start();
  await using first = await startAgent(lost, base, ["--push-frequency", "1h"]);
  const lines = await sendLogs(first, 0, 5);
  await first.kill();
  await using second = await startAgent(other, base);
  await expectStop(second);
  const name = readdirSync(base.file("buffer")).find((entry) => entry.includes("foreign")) ?? "";
  return { file: base.file("buffer", name), lines };
}

describe.skipIf(agentOnly.missing)(agentOnly.title("recover --to"), () => {
  test("delivers what the file held, removes it, and has nothing to do a second time", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const { file, lines } = await setAside(base, store);
    const { code, text } = await recover(file, "--to", store.folder);
    expect(code, text).toBe(0);
    expect(text).toContain("Sent 5 lines in 1 objects");
    await expectDelivered(store, lines);
    expect(existsSync(file)).toBe(false);
    expect((await recover(file, "--to", store.folder)).code).toBe(1);
    await expectDelivered(store, lines);
  });

  test("keeps what a destination does not take, and goes on with it the next time", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const { file, lines } = await setAside(base, store);
    await store.goAway();
    await using stuck = new Child([built("executable"), "recover", file, "--to", store.folder], {
      environment: { PATH: process.env["PATH"] ?? "", WARP_TELEMETRY_DRAIN_TIMEOUT: "1s" },
    });
    expect(await stuck.ended(20_000), stuck.output).toMatchObject({ code: 3 });
    expect(stuck.output).toContain("5 lines are left");
    await store.comeBack();
    expect((await recover(file, "--to", store.folder)).code).toBe(0);
    await expectDelivered(store, lines);
  });

  test("delivers the lines of a file whose header is damaged, by its name", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const { file, lines } = await setAside(base, store);
    writeSync(openSync(file, "r+"), Buffer.alloc(3 * 4096, "~"), 0, 3 * 4096, 64);
    const { code, text } = await recover(file, "--to", store.folder);
    expect(code, text).toBe(0);
    await expectDelivered(store, lines);
    expect(readdirSync(base.file("buffer")).filter((name) => name.startsWith("logs.ring."))).toEqual([]);
  });

  test("does not touch the ring of an agent that runs", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    const { code, text } = await recover(base.file("buffer", "logs.ring"), "--to", store.folder);
    expect(code, text).toBe(1);
    expect(text).toContain("an agent uses it");
    await expectStop(agent);
  });

  test("a file that is no buffer file ends with 1", async () => {
    await using directory = await TempDir.create("other");
    writeFileSync(directory.file("notes.txt"), "hello\n");
    writeFileSync(directory.file("lines.json"), '{"a":1}\n');
    for (const name of ["notes.txt", "lines.json", "nothing"]) {
      const { code, text } = await recover(directory.file(name));
      expect(code, text).toBe(1);
      expect(text).toContain(name);
    }
  });
});
