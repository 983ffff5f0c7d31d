import { describe, expect, test } from "bun:test";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Home, HomeError } from "../../src/home/home.ts";
import { lockByDatabase } from "../../src/home/database-lock.ts";
import { RUN_RECORD_BYTES } from "../../src/home/run-record.ts";
import { bootMark } from "../../src/lib/boot-mark.ts";
import { sayLastWords } from "../../src/lib/last-words.ts";
import { TempDir } from "../support/temp-dir.ts";

const SOURCE = join(import.meta.dir, "../../src/home");

/** A process that a failing test leaves behind ends by itself. */
const OTHER_MAX_MS = 30_000;

/** Runs `body` in another process, where `module` is what the file exports. Resolves when it has printed a line. */
async function otherProcess(file: string, body: string) {
  const script = `const module = await import(${JSON.stringify(join(SOURCE, file))}); ${body}`;
  const child = Bun.spawn([process.execPath, "-e", script], {
    stdout: "pipe",
    stderr: "inherit",
    timeout: OTHER_MAX_MS,
  });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  return { child, output: new TextDecoder().decode(value).trim() };
}

describe("Home", () => {
  test("is held by one process at a time, and free again right after SIGKILL", async () => {
    using directory = new TempDir();
    const path = directory.file("base");
    const hold = `new module.Home(${JSON.stringify(path)}); console.log("held"); setInterval(() => {}, 1000)`;
    const { child } = await otherProcess("home.ts", hold);
    expect(() => new Home(path)).toThrow(HomeError);
    expect(() => new Home(path)).toThrow(/another warp-telemetry/);
    child.kill("SIGKILL");
    await child.exited;
    const again = new Home(path);
    again.release();
  });

  test("tells the next run how the last one ended", () => {
    using directory = new TempDir();
    const first = new Home(directory.path);
    expect(first.lastRun).toBeUndefined();
    first.begin("mapped");
    first.useSecond("logs", 77);
    first.release();
    const second = new Home(directory.path);
    expect(second.lastRun).toMatchObject({ endedWell: true, memoryKind: "mapped" });
    expect(second.lastSecond("logs")).toBe(77);
    expect(second.lastSecond("traces")).toBe(0);
    second.release();
    second.release();
  });

  test("tells the next run that the last one was killed, and how its rings were kept", async () => {
    using directory = new TempDir();
    const path = directory.file("base");
    const hold = `const base = new module.Home(${JSON.stringify(path)}); base.begin("mapped");
      base.useSecond("logs", 78); console.log("held"); setInterval(() => {}, 1000)`;
    const { child } = await otherProcess("home.ts", hold);
    child.kill("SIGKILL");
    await child.exited;
    const next = new Home(path);
    expect(next.lastRun).toEqual({
      id: next.id,
      pid: child.pid,
      memoryKind: "mapped",
      endedWell: false,
      lastSeconds: { logs: 78 },
      ...(process.platform === "linux"
        ? { bootId: bootMark().bootId, monotonicUs: expect.any(Number), oomKills: expect.any(Number) }
        : {}),
    });
    next.release();
  });

  test("tells the next run what the last one said before it ended, without secrets and within its length", async () => {
    using directory = new TempDir();
    const path = directory.file("base");
    const words = `crash \\"\u202e\\ https://u:hunter2@store/ ${"\\".repeat(100)}`;
    const end = `const { sayLastWords } = await import(${JSON.stringify(join(SOURCE, "../lib/last-words.ts"))});
      const base = new module.Home(${JSON.stringify(path)}); base.begin("mapped");
      for (const stream of ["logs", "metrics", "traces", "gha-logs"]) base.useSecond(stream, 1763800000);
      sayLastWords({ kind: "crash", text: ${JSON.stringify(words)} }); console.log("said"); process.exit(1)`;
    const { child } = await otherProcess("home.ts", end);
    await child.exited;
    expect(readFileSync(join(path, "lock"))).toHaveLength(RUN_RECORD_BYTES);
    const next = new Home(path);
    const text = next.lastRun?.lastWords?.text ?? "";
    expect(next.lastRun).toMatchObject({ endedWell: false, lastWords: { kind: "crash" } });
    expect(text).toMatch(/^crash [ -~]+$/);
    expect(text).toHaveLength(80);
    expect(text).not.toContain("hunter2");
    next.begin("mapped");
    next.release();
    sayLastWords({ kind: "signal", text: "nobody keeps this" });
    const last = new Home(path);
    expect(last.lastRun?.endedWell).toBe(true);
    expect(last.lastRun?.lastWords).toBeUndefined();
    last.release();
  });

  test("cannot be a directory that does not let us in", () => {
    using directory = new TempDir();
    writeFileSync(directory.file("file"), "");
    chmodSync(directory.file("file"), 0o400);
    expect(() => new Home(directory.file("file", "below"))).toThrow(
      /Cannot use the base directory ".*--base-directory/,
    );
  });

  test("survives a lock file that holds something else", () => {
    using directory = new TempDir();
    writeFileSync(directory.file("lock"), "\0\0garbage");
    const base = new Home(directory.path);
    expect(base.lastRun).toBeUndefined();
    base.release();
  });
});

describe("lockByDatabase()", () => {
  test("is held by one process at a time, and free again right after SIGKILL", async () => {
    using directory = new TempDir();
    const file = directory.file("lock.db");
    // Kept, or the garbage collector drops the lock.
    const hold = `globalThis.lock = module.lockByDatabase(${JSON.stringify(file)}); console.log("held");
      setInterval(() => {}, 1000)`;
    const { child } = await otherProcess("database-lock.ts", hold);
    expect(lockByDatabase(file)).toBeUndefined();
    child.kill("SIGKILL");
    await child.exited;
    const release = lockByDatabase(file);
    expect(release).toBeDefined();
    release?.();
  });
});
