import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { endLeftover, removePidFile, writePidFile } from "../../src/collector/pid-file.ts";
import { startTimeOf, usageOf } from "../../src/collector/process-info.ts";
import { eventually } from "../support/eventually.ts";
import { isAlive } from "../support/is-alive.ts";
import { TempDir } from "../support/temp-dir.ts";

const never = new AbortController().signal;

function leftover(command: readonly string[]): Bun.Subprocess {
  return Bun.spawn([...command], { detached: true, stdio: ["ignore", "ignore", "ignore"] });
}

describe.skipIf(process.platform === "win32")("endLeftover()", () => {
  test("ends the process written down and removes the file", async () => {
    using folder = new TempDir("collector");
    const path = join(folder.path, "pid");
    const child = leftover(["sleep", "60"]);
    writePidFile(path, child.pid);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const beganMs = performance.now();
    expect(await endLeftover(path, 2000, never)).toBe(child.pid);
    expect(performance.now() - beganMs).toBeLessThan(1000);
    expect(isAlive(child.pid)).toBe(false);
    expect(existsSync(path)).toBe(false);
  });

  test("kills one that ignores SIGTERM, and its children", async () => {
    using folder = new TempDir("collector");
    const path = join(folder.path, "pid");
    const told = join(folder.path, "grandchild");
    const child = leftover(["sh", "-c", `trap '' TERM; sleep 60 & echo $! > ${told}; wait; wait; sleep 60`]);
    await eventually("it to have a child", () => existsSync(told) && readFileSync(told, "utf8") !== "", {
      timeoutMs: 2000,
    });
    writePidFile(path, child.pid);
    expect(await endLeftover(path, 100, never)).toBe(child.pid);
    expect(isAlive(child.pid)).toBe(false);
    await eventually("the grandchild to be gone", () => !isAlive(Number(readFileSync(told, "utf8"))), {
      timeoutMs: 1000,
    });
  });

  test("does not touch a process that got the same id later", async () => {
    using folder = new TempDir("collector");
    const path = join(folder.path, "pid");
    const child = leftover(["sleep", "60"]);
    writeFileSync(path, JSON.stringify({ pid: child.pid, startTime: "another boot/1" }));
    expect(await endLeftover(path, 100, never)).toBeUndefined();
    expect(isAlive(child.pid)).toBe(true);
    child.kill("SIGKILL");
    await child.exited;
  });

  test.each(["", "{", "null", "[]", '{"pid":1,"startTime":"x"}', '{"pid":-5,"startTime":"x"}', '{"pid":"7"}'])(
    "takes the file %p for none",
    async (content) => {
      using folder = new TempDir("collector");
      const path = join(folder.path, "pid");
      writeFileSync(path, content);
      expect(await endLeftover(path, 100, never)).toBeUndefined();
    },
  );

  test("kills at once when told to stop waiting, and keeps the file for the next start", async () => {
    using folder = new TempDir("collector");
    const path = join(folder.path, "pid");
    const child = leftover(["sh", "-c", "trap '' TERM; while :; do sleep 1; done"]);
    writePidFile(path, child.pid);
    await Bun.sleep(50);
    const abort = new AbortController();
    const ending = endLeftover(path, 60_000, abort.signal);
    abort.abort();
    expect(await ending).toBeUndefined();
    expect(existsSync(path)).toBe(true);
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
  });

  test("removePidFile() does not mind that there is none", () => {
    using folder = new TempDir("collector");
    expect(() => removePidFile(join(folder.path, "pid"))).not.toThrow();
  });
});

describe.skipIf(process.platform !== "linux")("process-info", () => {
  test("startTimeOf() is stable, differs between processes and is undefined for one that has ended", async () => {
    const own = startTimeOf(process.pid);
    expect(own).toMatch(/^[0-9a-f-]{36}\/\d+$/);
    await Bun.sleep(20);
    const child = leftover(["sleep", "60"]);
    expect(startTimeOf(child.pid)).not.toBe(own);
    child.kill("SIGKILL");
    await child.exited;
    expect(startTimeOf(child.pid)).toBeUndefined();
    expect(startTimeOf(process.pid)).toBe(own);
  });

  test("startTimeOf() takes a zombie for ended: nobody may ever reap it", async () => {
    const parent = Bun.spawn(["sh", "-c", "true & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
    const { value } = await parent.stdout.getReader().read();
    const zombie = Number(new TextDecoder().decode(value));
    await eventually("it to be a zombie", () => !isAlive(zombie), { timeoutMs: 1000 });
    expect(startTimeOf(zombie)).toBeUndefined();
    parent.kill("SIGKILL");
    await parent.exited;
  });

  test("usageOf() tells our own memory and processor time", () => {
    while (process.cpuUsage().user < 300_000);
    const usage = usageOf(process.pid);
    const rssBytes = process.memoryUsage().rss;
    expect(usage?.rssBytes).toBeWithin(rssBytes / 2, rssBytes * 2);
    const { user, system } = process.cpuUsage();
    expect(usage?.cpuMs).toBeWithin((user + system) / 1250, (user + system) / 800);
    expect(usageOf(0x7fffffff)).toBeUndefined();
  });
});
