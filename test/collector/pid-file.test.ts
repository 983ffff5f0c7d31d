import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { endLeftover, MARK_NAME, type PidEntry, removePidFile, writePidFile } from "../../src/collector/pid-file.ts";
import { isGroupLeader, programOf, startTimeOf, usageOf } from "../../src/collector/process-info.ts";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { eventually } from "../support/eventually.ts";
import { isAlive } from "../support/is-alive.ts";
import { TempDir } from "../support/temp-dir.ts";

const never = new AbortController().signal;
const MARK = "0123456789abcdef0123456789abcdef";
const WAIT = { timeoutMs: 2000 };

/** A collector as an earlier run would have left it: in a group of its own, with the mark in its environment. */
function leftover(command: readonly string[], mark = MARK, detached = true): Bun.Subprocess {
  const env = { PATH: Bun.env["PATH"] ?? "", [MARK_NAME]: mark };
  return Bun.spawn([...command], { detached, env, stdio: ["ignore", "ignore", "ignore"] });
}

function entryOf({ pid }: Bun.Subprocess): PidEntry {
  return { pid, mark: MARK, programs: [programOf(pid) ?? ""] };
}

describe.skipIf(process.platform === "win32")("endLeftover()", () => {
  let directory: TempDir;
  let folder: HeldFolder;
  let path: string;
  beforeEach(() => {
    directory = new TempDir("collector");
    folder = HeldFolder.open(directory.path);
    path = directory.file("otelcol.pid");
  });
  afterEach(() => {
    folder.close();
    directory[Symbol.dispose]();
  });

  test("ends the process written down and removes the file", async () => {
    const child = leftover(["sleep", "60"]);
    await eventually("it to be what it shall be", () => isSleep(child.pid), WAIT);
    writePidFile(folder, entryOf(child));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await endLeftover(folder, 2000, never)).toBe(child.pid);
    expect(isAlive(child.pid)).toBe(false);
    expect(existsSync(path)).toBe(false);
  });

  test("kills one that ignores SIGTERM, and its children", async () => {
    const told = directory.file("grandchild");
    const child = leftover(["sh", "-c", `trap '' TERM; sleep 60 & echo $! > ${told}; wait; wait; sleep 60`]);
    await eventually("it to have a child", () => existsSync(told) && readFileSync(told, "utf8") !== "", WAIT);
    writePidFile(folder, entryOf(child));
    expect(await endLeftover(folder, 100, never)).toBe(child.pid);
    expect(isAlive(child.pid)).toBe(false);
    await eventually("the grandchild to be gone", () => !isAlive(Number(readFileSync(told, "utf8"))), WAIT);
  });

  test("ends one that leads no group without its group, which is ours", async () => {
    const child = leftover(["sleep", "60"], MARK, false);
    await eventually("it to be what it shall be", () => isSleep(child.pid), WAIT);
    expect(isGroupLeader(child.pid)).toBe(false);
    writePidFile(folder, entryOf(child));
    expect(await endLeftover(folder, 2000, never)).toBe(child.pid);
  });

  test.each([
    ["of another start time", {}, { startTime: "another boot/1" }],
    ["of another program", {}, { programs: ["1:1"] }],
    ["without our mark", { mark: "f".repeat(32) }, {}],
    ["with a mark that is none", { mark: "root" }, { mark: "root" }],
    ["whose mark nobody wrote down", {}, { mark: undefined }],
  ])("does not touch a process %s", async (_, { mark }: { mark?: string }, planted) => {
    const child = leftover(["sleep", "60"], mark);
    await eventually("it to be what it shall be", () => isSleep(child.pid), WAIT);
    writePidFile(folder, entryOf(child));
    const entry: unknown = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...(typeof entry === "object" ? entry : {}), ...planted }));
    expect(await endLeftover(folder, 100, never)).toBeUndefined();
    expect(isAlive(child.pid)).toBe(true);
    expect(existsSync(path)).toBe(false);
    child.kill("SIGKILL");
    await child.exited;
  });

  test.each(["", "{", "null", "[]", '{"pid":1,"startTime":"x"}', '{"pid":-5,"startTime":"x"}', '{"pid":"7"}'])(
    "takes the file %p for none",
    async (content) => {
      writeFileSync(path, content);
      expect(await endLeftover(folder, 100, never)).toBeUndefined();
    },
  );

  test("takes a link, a FIFO and a folder for none, at once", async () => {
    for (const plant of [
      () => symlinkSync("/etc/passwd", path),
      () => Bun.spawnSync(["mkfifo", path]),
      () => mkdirSync(path),
    ]) {
      plant();
      expect(await endLeftover(folder, 100, never)).toBeUndefined();
      rmSync(path, { recursive: true, force: true });
    }
  });

  test("kills at once when told to stop waiting, and keeps the file for the next start", async () => {
    const told = directory.file("told");
    const child = leftover(["sh", "-c", `trap '' TERM; echo > ${told}; while :; do sleep 1; done`]);
    await eventually("it to ignore SIGTERM", () => existsSync(told), WAIT);
    writePidFile(folder, entryOf(child));
    const abort = new AbortController();
    const ending = endLeftover(folder, 60_000, abort.signal);
    abort.abort();
    expect(await ending).toBeUndefined();
    expect(existsSync(path)).toBe(true);
    await child.exited;
    expect(child.signalCode).toBe("SIGKILL");
  });

  test("removePidFile() does not mind that there is none", () => {
    expect(() => removePidFile(folder)).not.toThrow();
  });
});

function isSleep(pid: number): boolean {
  const isOther = programOf(pid) !== programOf(process.pid) && startTimeOf(pid) !== undefined;
  // The kernel shows the environment of a new program a moment after the program itself.
  return isOther && readFileSync(`/proc/${pid}/environ`).length > 0;
}

describe.skipIf(process.platform !== "linux")("process-info", () => {
  test("startTimeOf() is stable, differs between processes and is undefined for one that has ended", async () => {
    const own = startTimeOf(process.pid);
    expect(own).toMatch(/^[0-9a-f-]{36}\/\d+$/);
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
