import { errorText, systemCode } from "../lib/error-text.ts";
import type { HeldFolder } from "../lib/held-folder.ts";
import { logOf } from "../lib/log.ts";
import { BUCKETS, DecimatedSeries } from "./decimated-series.ts";
import { FIRST_BUCKET_MS, type History } from "./history.ts";
import { killLimit } from "./kill-limit.ts";
import { LIVE_SEVERITIES, type LiveEvent } from "./live-data.ts";
import { isJsonObject } from "../lib/json-object.ts";
import { numberOf, textOf } from "./told-values.ts";

export const HISTORY_FILE = "history";
/** All series and events at their largest are a fifth of it. */
export const HISTORY_FILE_MAX_BYTES = 2 * 1024 * 1024;
const FORMAT = "warp-telemetry history 1";
const LINE_END = 0x0a;
const CRC_BYTES = 4;

const log = logOf("live");

/**
 * Keeps a history in the folder of the agent, for the next start of the same boot. The file is replaced as a whole, so a
 * kill leaves the one before. One that is damaged is dropped, with a line in the log.
 */
export class HistoryFile {
  readonly #folder: HeldFolder;
  readonly #bootId: string;
  #isTold = false;

  constructor(folder: HeldFolder, bootId: string) {
    this.#folder = folder;
    this.#bootId = bootId;
  }

  /** Reads what the last run has left into an empty `history`. True when there was something. Never throws. */
  read(history: History): boolean {
    try {
      const bytes = this.#folder.readBytes(HISTORY_FILE, HISTORY_FILE_MAX_BYTES);
      return decode(bytes, this.#bootId, history);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") {
        log.warn("Cannot read the history of the last run; it begins anew", { error: errorText(error) });
      }
      return false;
    }
  }

  /** Writes it, in some tenths of a millisecond. Never throws: a full disk costs the history of a crash, said once. */
  write(history: History): void {
    try {
      this.#folder.replaceFile(HISTORY_FILE, encode(history, this.#bootId));
      this.#isTold = false;
    } catch (error) {
      if (!this.#isTold) log.warn("Cannot save the history of the run", { error: errorText(error) });
      this.#isTold = true;
    }
  }
}

/** A line of JSON, the buckets of each series, the events as JSON, and the CRC-32 of all that. */
function encode(history: History, bootId: string): Uint8Array {
  const { firstMs, lastMs, bucketMs, buckets, rows } = history;
  const events = Buffer.from(JSON.stringify(history.events.all));
  const head = { format: FORMAT, bootId, firstMs, lastMs, bucketMs, buckets, series: rows.map(({ name }) => name) };
  const line = Buffer.from(`${JSON.stringify(head)}\n`);
  const seriesBytes = DecimatedSeries.byteLength(buckets);
  const bytes = Buffer.alloc(line.length + rows.length * seriesBytes + events.length + CRC_BYTES);
  const view = viewOf(bytes);
  bytes.set(line);
  let offset = line.length;
  for (const { series } of rows) {
    series.write(bytes, offset, buckets);
    offset += seriesBytes;
  }
  bytes.set(events, offset);
  const end = bytes.length - CRC_BYTES;
  view.setUint32(end, Bun.hash.crc32(bytes.subarray(0, end)), true);
  return bytes;
}

/** False for another boot's. Throws for what is none of ours; nothing was restored then. */
function decode(bytes: Uint8Array, bootId: string, history: History): boolean {
  const view = viewOf(bytes);
  const end = bytes.length - CRC_BYTES;
  const lineEnd = bytes.indexOf(LINE_END);
  if (lineEnd < 0 || end < lineEnd || view.getUint32(end, true) !== Bun.hash.crc32(bytes.subarray(0, end))) {
    throw new Error(`Cannot use "${HISTORY_FILE}": it is damaged`);
  }
  const head: unknown = JSON.parse(Buffer.from(bytes.subarray(0, lineEnd)).toString());
  const [firstMs, lastMs, bucketMs, buckets] = ["firstMs", "lastMs", "bucketMs", "buckets"].map((key) =>
    isJsonObject(head) ? numberOf(head[key]) : undefined,
  );
  const names = isJsonObject(head) && head["format"] === FORMAT && Array.isArray(head["series"]) ? head["series"] : [];
  const seriesBytes = DecimatedSeries.byteLength(buckets ?? 0);
  const eventsAt = lineEnd + 1 + names.length * seriesBytes;
  const isWhole = names.length > 0 && Number.isInteger(buckets) && eventsAt > lineEnd && eventsAt <= end;
  if (!isJsonObject(head) || !isWhole) throw new Error(`Cannot use "${HISTORY_FILE}": another version wrote it`);
  if (head["bootId"] !== bootId) return false;
  const events: unknown = JSON.parse(Buffer.from(bytes.subarray(eventsAt, end)).toString());
  // Without a reading there is no time yet.
  if (firstMs !== undefined && lastMs !== undefined && bucketMs !== undefined && buckets !== undefined) {
    const isPossible = bucketMs >= FIRST_BUCKET_MS && buckets <= BUCKETS && lastMs - firstMs < BUCKETS * bucketMs;
    if (!isPossible) throw new Error(`Cannot use "${HISTORY_FILE}": its times are impossible`);
    for (const { name, series } of history.rows) {
      const at = names.indexOf(name);
      if (at >= 0) series.read(bytes, lineEnd + 1 + at * seriesBytes, buckets);
    }
    history.restore({ firstMs, lastMs, bucketMs, buckets });
  }
  for (const event of Array.isArray(events) ? events.map(eventOf) : [])
    if (event !== undefined) history.events.add(event);
  return true;
}

function eventOf(value: unknown): LiveEvent | undefined {
  if (!isJsonObject(value)) return undefined;
  const [atMs, name, text] = [numberOf(value["atMs"]), textOf(value["name"]), textOf(value["text"])];
  const severity = LIVE_SEVERITIES.find((known) => known === value["severity"]);
  if (atMs === undefined || name === undefined || severity === undefined) return undefined;
  const limit = killLimit(value["oomScope"], value["limitBytes"]);
  return { atMs, name, severity, ...(text !== undefined && { text }), ...limit };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
