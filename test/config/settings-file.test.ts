import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { symlinkSync, writeFileSync } from "node:fs";
import { ConfigError } from "../../src/config/config-error.ts";
import { readSettingsFile, type SettingsFile } from "../../src/config/settings-file.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { TempDir } from "../support/temp-dir.ts";

let directory: TempDir;
let path = "";
let log: string[] = [];

beforeEach(() => {
  directory = new TempDir("settings");
  path = directory.file("settings.json");
  log = captureLog();
});
afterEach(() => {
  releaseLog();
  directory[Symbol.dispose]();
});

/** Reads with a clock that runs as fast as the loop does; `at` says what happens when, in seconds. */
async function readWhile(
  at: Readonly<Record<number, (stop: AbortController) => void>>,
  whenMissing: "wait" | "throw" | "ignore" = "wait",
  whenIncomplete: "wait" | "throw" = "wait",
): Promise<{ file: SettingsFile | undefined; endedAtMs: number; polls: number }> {
  let clockMs = 5_000_000;
  let polls = 0;
  const startMs = clockMs;
  const stop = new AbortController();
  const pending = new Map(Object.entries(at).map(([second, act]) => [Number(second) * 1000, act]));
  const sleep = (ms: number): Promise<boolean> => {
    clockMs += ms;
    polls++;
    for (const [dueMs, act] of pending) {
      if (clockMs - startMs < dueMs) continue;
      pending.delete(dueMs);
      act(stop);
    }
    return Promise.resolve(true);
  };
  const file = await readSettingsFile(path, {
    whenMissing,
    whenIncomplete,
    stop: stop.signal,
    nowMs: () => clockMs,
    sleep,
  });
  return { file, endedAtMs: clockMs - startMs, polls };
}

const write = (text: string) => () => writeFileSync(path, text);

describe("readSettingsFile()", () => {
  test("reads a file that is there, in silence", async () => {
    write('\uFEFF{"telemetry": {"port": 1}}')();
    const { file, polls } = await readWhile({}, "throw");
    expect(file).toEqual({ path, content: { telemetry: { port: 1 } }, access: { warnings: [] } });
    expect(polls).toBe(0);
    expect(log).toEqual([]);
  });

  test("waits for a named file without limit, looking five times a second, and says so rarely", async () => {
    const { endedAtMs, polls } = await readWhile({ 1300: write("{}") });
    expect(endedAtMs).toBe(1_300_000);
    expect(polls).toBe(6500);
    expect(log).toEqual([
      `INFO  config: Waiting for the settings file path="${path}" waitedSeconds=0`,
      `INFO  config: Waiting for the settings file path="${path}" waitedSeconds=10`,
      `INFO  config: Waiting for the settings file path="${path}" waitedSeconds=610`,
      `INFO  config: Waiting for the settings file path="${path}" waitedSeconds=1210`,
      `INFO  config: The settings file is there path="${path}"`,
    ]);
  });

  test("reads a half-written file again, and says nothing when that was a matter of moments", async () => {
    write('{"telemetry": {"po')();
    const { file } = await readWhile({ 9: write('{"telemetry": {}}') });
    expect(file?.content).toEqual({ telemetry: {} });
    expect(log).toEqual([]);
  });

  test("tells of a file that stays half-written, without quoting it", async () => {
    write('{"agent": {"polling_secret": "s3cret')();
    await readWhile({ 11: write("{}") });
    expect(log).toHaveLength(2);
    expect(log[0]).toStartWith(
      `WARN  config: The settings file is not complete JSON, reading it again path="${path}" waitedSeconds=10 reason="it ends after 36 characters`,
    );
    expect(log.join()).not.toContain("s3cret");
  });

  test.each(["throw", "ignore"] as const)(
    "gives up a half-written file after a second, missing: %s",
    async (missing) => {
      write('{"telemetry": {"po')();
      const line = await errorOf(readWhile({ 60: (stop) => stop.abort() }, missing, "throw"));
      expect(line).toMatch(/^Cannot use settings from settings file .*: incomplete JSON .*, wanted a JSON object$/);
    },
  );

  test("takes an empty file for a half-written one", async () => {
    write("")();
    const { file } = await readWhile({ 1: write("{}") });
    expect(file?.content).toEqual({});
  });

  test("goes on without a file that nobody named", async () => {
    const { file, polls } = await readWhile({}, "ignore");
    expect(file).toBeUndefined();
    expect(polls).toBe(0);
  });

  test("ends the wait when stopped", async () => {
    const { file, endedAtMs } = await readWhile({ 3: (stop) => stop.abort() });
    expect(file).toBeUndefined();
    expect(endedAtMs).toBe(3000);
  });

  test.each<[string, (file: string) => void, string]>([
    ["a missing file, when told to", () => {}, "no such file, wanted a file that exists"],
    ["an array", (file) => writeFileSync(file, "[]"), "an array, wanted a JSON object"],
    ["null", (file) => writeFileSync(file, "null"), "null, wanted a JSON object"],
    [
      "a trailing comma",
      (file) => writeFileSync(file, '{\n  "agent": {},\n}'),
      "a syntax error at line 2, column 14 (a comma with nothing behind it), wanted a JSON object",
    ],
    [
      "UTF-16",
      (file) => writeFileSync(file, Buffer.from("{}", "utf16le")),
      "a syntax error at line 1, column 1 (UTF-16, JSON is UTF-8), wanted a JSON object",
    ],
    [
      "a word without quotes, which is not quoted",
      (file) => writeFileSync(file, '{"agent": {"polling_secret": s3cret'),
      "a syntax error at line 1, column 30 (a word without quotes), wanted a JSON object",
    ],
    [
      "a file that is far too large",
      (file) => writeFileSync(file, " ".repeat(1_048_577)),
      "1048577 bytes, wanted at most 1048576",
    ],
  ])("throws at %s", async (_, prepare, message) => {
    prepare(path);
    expect(await errorOf(readWhile({}, "throw"))).toBe(`Cannot use settings from settings file ${path}: ${message}`);
  });

  test.each<[string, () => string, string]>([
    ["a folder", () => directory.path, "a folder, wanted a regular file"],
    ["a device", () => "/dev/zero", "a device, wanted a regular file"],
    ["a link to a device", () => link("/dev/zero"), "a device, wanted a regular file"],
    ["a named pipe", () => namedPipe(), "a named pipe, wanted a regular file"],
    ["a file that tells no size, and has no JSON object", () => "/proc/self/stat", "something behind the end"],
    ["a path through a file", () => "/etc/passwd/settings.json", "ENOTDIR, wanted a file that can be read"],
    ["a link to itself", () => link(path), "ELOOP, wanted a file that can be read"],
  ])("throws at %s, at once", async (_, make, message) => {
    path = make();
    expect(await errorOf(readWhile({}, "throw", "throw"))).toContain(message);
  });

  test("throws at a named pipe that appears while it waits", async () => {
    expect(await errorOf(readWhile({ 3: () => void namedPipe() }))).toContain("a named pipe, wanted a regular file");
  });

  test("follows a link, as provisioning tools make them, also to a file that is not there yet", async () => {
    const target = directory.file("version-7.json");
    path = link(target);
    const { file } = await readWhile({ 3: () => writeFileSync(target, "{}") });
    expect(file?.content).toEqual({});
  });
});

/** A link at the path of the settings. */
function link(target: string): string {
  symlinkSync(target, path);
  return path;
}

function namedPipe(): string {
  expect(Bun.spawnSync(["mkfifo", path]).exitCode).toBe(0);
  return path;
}

async function errorOf(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
  }
  return "";
}
