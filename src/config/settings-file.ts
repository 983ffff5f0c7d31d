import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { systemCode } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import { sleep as realSleep } from "../lib/sleep.ts";
import { ConfigError } from "./config-error.ts";
import { isJsonObject, jsonTypeOf, type JsonObject } from "../lib/json-object.ts";
import { accessOf, type SettingsAccess } from "./settings-access.ts";
import { readSettingsText } from "./settings-text.ts";

/** Where the WarpBuild agent daemon leaves the settings of a runner; read when it is there and no other is named. */
export const DEFAULT_SETTINGS_PATH = "/var/lib/warpbuild-agentd/settings.json";

/**
 * Symbolic links are followed, provisioning tools make them; what they lead to is judged. A FIFO or a device must not
 * hold up the start, nor a terminal become ours: {@link readOnce} refuses them, once they are open.
 */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/** A settings file has a few kilobytes; anything near this is another file given by mistake. */
const SETTINGS_MAX_BYTES = 1024 * 1024;
const POLL_MS = 200;
/** How long a file may be half written for those who do not wait, and how long one in which something is wrong. */
const PATIENCE_MS = 1000;
/** A machine kept warm waits for hours: say so often enough to be found in the log, not more. */
const REMIND_FIRST_MS = 10_000;
const REMIND_AGAIN_MS = 600_000;

export interface SettingsFile {
  readonly path: string;
  readonly content: JsonObject;
  /** Absent where there is no file: the settings of a library's caller. */
  readonly access?: SettingsAccess;
}

export interface SettingsFileOptions {
  /** When the file is not there: wait for it without limit, throw, or go on without it. */
  readonly whenMissing: "wait" | "throw" | "ignore";
  /** When it is half written: wait until it is complete without limit, or throw after a second. */
  readonly whenIncomplete: "wait" | "throw";
  /** Ends the wait. */
  readonly stop: AbortSignal;
  /** The clock, for tests. Monotonic milliseconds. */
  readonly nowMs?: () => number;
  readonly sleep?: (ms: number, stop: AbortSignal) => Promise<boolean>;
}

/**
 * Reads the settings file. A file that ends before its JSON does is being written just now and is read again. Undefined when
 * there is none, or when `stop` fired first. Throws a {@link ConfigError} when the file cannot be opened, is no regular
 * file or is too large; when it is no JSON object for a second; or when it is what `options` do not wait for.
 */
export async function readSettingsFile(path: string, options: SettingsFileOptions): Promise<SettingsFile | undefined> {
  const { whenMissing, whenIncomplete, stop, nowMs = () => performance.now(), sleep = realSleep } = options;
  const reminder = new Reminder(path, nowMs);
  const beganAtMs = nowMs();
  let wrongSinceMs: number | undefined;
  while (!stop.aborted) {
    const attempt = readOnce(path);
    if (attempt.kind === "read") {
      reminder.done();
      return { path, content: attempt.content, access: attempt.access };
    }
    if (attempt.kind === "missing" && whenMissing === "ignore") return undefined;
    if (attempt.kind === "missing" && whenMissing === "throw") {
      throw problem(path, "no such file", "a file that exists");
    }
    if (attempt.kind === "incomplete" && whenIncomplete === "throw" && nowMs() - beganAtMs > PATIENCE_MS) {
      throw problem(path, `incomplete JSON (${attempt.reason})`, "a JSON object");
    }
    if (attempt.kind === "wrong") {
      // Who writes over a file and cuts it afterwards leaves the end of the old text in it for a moment.
      wrongSinceMs ??= nowMs();
      if (nowMs() - wrongSinceMs > PATIENCE_MS) throw problem(path, attempt.given, "a JSON object");
    } else {
      wrongSinceMs = undefined;
      reminder.note(attempt);
    }
    await sleep(POLL_MS, stop);
  }
  return undefined;
}

type Attempt =
  | { readonly kind: "read"; readonly content: JsonObject; readonly access: SettingsAccess }
  | { readonly kind: "missing" }
  | { readonly kind: "incomplete"; readonly reason: string }
  | { readonly kind: "wrong"; readonly given: string };

function readOnce(path: string): Attempt {
  const opened = tried(path, () => readRegularFile(path));
  if (opened === undefined) return { kind: "missing" };
  const read = readSettingsText(opened.bytes);
  if (read.kind === "ends-early") return { kind: "incomplete", reason: read.reason };
  if (read.kind === "wrong") return { kind: "wrong", given: read.given };
  const content = read.value;
  if (!isJsonObject(content)) return { kind: "wrong", given: jsonTypeOf(content) };
  const access = tried(path, () => accessOf(path, opened.stats, content));
  return access === undefined ? { kind: "missing" } : { kind: "read", content, access };
}

/** What is read and what is judged are the same open file, whatever is put at its path meanwhile. */
function readRegularFile(path: string): { readonly bytes: Uint8Array; readonly stats: Stats } {
  const fd = openSync(path, OPEN_FLAGS);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw problem(path, kindOf(stats), "a regular file");
    if (stats.size > SETTINGS_MAX_BYTES) throw problem(path, `${stats.size} bytes`, `at most ${SETTINGS_MAX_BYTES}`);
    // It may have grown since, and some files do not tell their size.
    const bytes = Buffer.alloc(SETTINGS_MAX_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(fd, bytes, length, bytes.length - length, null);
    }
    if (length > SETTINGS_MAX_BYTES) throw problem(path, "more bytes", `at most ${SETTINGS_MAX_BYTES}`);
    return { bytes: bytes.subarray(0, length), stats };
  } finally {
    closeSync(fd);
  }
}

/** Undefined when there is no file; every other error of the system is the configuration's. */
function tried<T>(path: string, look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const code = systemCode(error) ?? String(error);
    if (code === "ENOENT") return undefined;
    throw problem(path, code, "a file that can be read");
  }
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a named pipe";
  return stats.isCharacterDevice() || stats.isBlockDevice() ? "a device" : "no file";
}

/** Says at the right moments that the file is missing or incomplete, and once that it came. */
class Reminder {
  readonly #log = logOf("config");
  readonly #path: string;
  readonly #nowMs: () => number;
  #kind: Attempt["kind"] | undefined;
  #sinceMs = 0;
  #nextMs = 0;
  #said = false;

  constructor(path: string, nowMs: () => number) {
    this.#path = path;
    this.#nowMs = nowMs;
  }

  note(attempt: Exclude<Attempt, { kind: "read" } | { kind: "wrong" }>): void {
    const nowMs = this.#nowMs();
    if (attempt.kind !== this.#kind) {
      this.#kind = attempt.kind;
      this.#sinceMs = nowMs;
      // Half a file is what one sees for a moment while another process writes it: no news before ten seconds.
      this.#nextMs = attempt.kind === "missing" ? 0 : REMIND_FIRST_MS;
    }
    const waitedMs = nowMs - this.#sinceMs;
    if (waitedMs < this.#nextMs) return;
    this.#nextMs = this.#nextMs < REMIND_FIRST_MS ? REMIND_FIRST_MS : this.#nextMs + REMIND_AGAIN_MS;
    this.#said = true;

    const facts = { path: this.#path, waitedSeconds: Math.floor(waitedMs / 1000) };
    if (attempt.kind === "missing") this.#log.info("Waiting for the settings file", facts);
    else
      this.#log.warn("The settings file is not complete JSON, reading it again", { ...facts, reason: attempt.reason });
  }

  done(): void {
    if (this.#said) this.#log.info("The settings file is there", { path: this.#path });
  }
}

function problem(path: string, given: string, wanted: string): ConfigError {
  return new ConfigError([{ key: "settings", place: `settings file ${path}`, given, wanted }]);
}
