import { existsSync, readFileSync } from "node:fs";
import { errorText, systemCode } from "../lib/error-text.ts";
import type { HeldFolder } from "../lib/held-folder.ts";
import { monotonicUs } from "../lib/libc.ts";
import { logOf } from "../lib/log.ts";
import { STORAGE } from "./collector-folder.ts";

const FILE = "journal-start.json";
const BOOT_ID = "/proc/sys/kernel/random/boot_id";
/** The collector's own: where it has got to in the journal. */
const CURSOR = `${STORAGE}/receiver_journald_`;
/** A start takes at most so long, on a machine that is busy with its own. */
const START_MAX_US = 60_000_000;
/** In the fields of /proc/self/stat behind the name. */
const START_TICKS_AT = 19;
const TICK_US = 10_000;
const log = logOf("collector");

/** A moment as the journal knows it: clocks that are set do not change the time since a boot. */
export interface Moment {
  /** As entries of the journal have it: without dashes. */
  readonly bootId: string;
  /** CLOCK_MONOTONIC. */
  readonly monotonicUs: number;
  readonly unixSeconds: number;
}

/** From where on the journal is read by a collector that has no place in it yet. */
export interface JournalStart {
  /** Entries from before are left out. */
  readonly from: Moment;
  /** It looks at the entries of this boot only: all of them are looked at once, to find those from the start on. */
  readonly isFirst: boolean;
}

/** Before everything: nothing is left out. */
export const ALL_OF_IT: JournalStart = { from: { bootId: "", monotonicUs: 0, unixSeconds: 0 }, isFirst: false };

/** Undefined where the system does not tell. */
export function momentNow(): Moment | undefined {
  const nowUs = monotonicUs();
  try {
    if (nowUs === undefined) return undefined;
    const bootId = readFileSync(BOOT_ID, "utf8").trim().replaceAll("-", "");
    return { bootId, monotonicUs: nowUs, unixSeconds: Math.floor(Date.now() / 1000) };
  } catch {
    return undefined;
  }
}

/**
 * When this process began: what others have written while it came up is of its time, too. Now, where that is longer ago
 * than a start takes: the agent may be a part of another program, or have waited for its settings.
 */
export function momentOfStart(now: Moment | undefined, agoUs: number | undefined): Moment | undefined {
  if (now === undefined || agoUs === undefined || agoUs < 0 || agoUs > START_MAX_US) return now;
  return { ...now, monotonicUs: now.monotonicUs - agoUs, unixSeconds: Math.floor(now.unixSeconds - agoUs / 1_000_000) };
}

/** How long ago this process began, to a hundredth of a second. Both files count the time of a suspended machine, too. */
export function processAgeUs(): number | undefined {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const upUs = Math.round(Number.parseFloat(readFileSync("/proc/uptime", "utf8")) * 1_000_000);
    // The name comes before, in brackets, and may hold anything.
    const ticks = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[START_TICKS_AT]);
    return Number.isSafeInteger(ticks) && Number.isSafeInteger(upUs) ? Math.max(0, upUs - ticks * TICK_US) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The start as an earlier run has noted it in the collector's folder. Without a note it is `now`, which is noted;
 * everything, where a version that made no notes has left its place in the journal.
 */
export function journalStart(folder: HeldFolder, now: Moment | undefined): JournalStart {
  const noted = readNote(folder);
  if (noted !== undefined) return { from: noted, isFirst: false };
  if (now === undefined || existsSync(folder.at(CURSOR))) return ALL_OF_IT;
  try {
    folder.replaceFile(FILE, JSON.stringify(now));
  } catch (error) {
    log.warn("Cannot note from where on the journal is read", { error: errorText(error) });
  }
  return { from: now, isFirst: true };
}

/** Undefined when there is none; one that is damaged counts as none. */
function readNote(folder: HeldFolder): Moment | undefined {
  try {
    const note: unknown = JSON.parse(folder.readText(FILE));
    return isMoment(note) ? note : undefined;
  } catch (error) {
    if (systemCode(error) !== "ENOENT")
      log.warn("Cannot read from where on the journal is read", { error: errorText(error) });
    return undefined;
  }
}

function isMoment(value: unknown): value is Moment {
  if (typeof value !== "object" || value === null) return false;
  if (!("bootId" in value && "monotonicUs" in value && "unixSeconds" in value)) return false;
  const { bootId, monotonicUs: us, unixSeconds } = value;
  return typeof bootId === "string" && /^[0-9a-f]{32}$/.test(bootId) && isCount(us) && isCount(unixSeconds);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
