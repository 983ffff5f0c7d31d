import type { LiveLog, LiveTail } from "../../live/live-data.ts";
import { withoutAnsi } from "../text/ansi.ts";

/** What one can scroll through. */
export const RECORDS_MAX = 100_000;
/** Characters of all texts together; a tab takes two bytes for each at most. */
export const TEXT_MAX_CHARS = 24 * 1024 * 1024;
/** So much is dropped at once, because moving the rest costs. */
const DROPPED_AT_ONCE = 5000;
/** After a new connection the agent may tell again what it told before. */
const COMPARED_RECORDS = 20_000;
const KEY_CHARS = 60;

export interface LogFilter {
  /** In lower case; empty for all. */
  readonly text: string;
  readonly stepId: string | undefined;
  readonly minSeverity: number;
}

export const NO_FILTER: LogFilter = { text: "", stepId: undefined, minSeverity: 0 };

/** The newest records, bounded in number and in characters. A record keeps its number as long as it is here. */
export class LogStore {
  #records: LiveLog[] = [];
  #chars = 0;
  /** Since a new connection, until something newer comes. */
  #known: { readonly untilMs: number; readonly keys: ReadonlySet<string> } | undefined;
  /** The number of the oldest that is here. */
  firstNumber = 0;
  /** Records that the agent did not tell, because they were too many. */
  leftOut = 0;
  /** There were records before the first that was told. */
  hasEarlier = false;

  get endNumber(): number {
    return this.firstNumber + this.#records.length;
  }

  get length(): number {
    return this.#records.length;
  }

  record(number: number): LiveLog | undefined {
    return this.#records[number - this.firstNumber];
  }

  add({ records, leftOut, hasEarlier = false }: LiveTail<LiveLog>): void {
    if (this.length === 0) this.hasEarlier ||= hasEarlier;
    this.leftOut += leftOut;
    for (const record of this.#new(records)) {
      this.#records.push(record);
      this.#chars += record.text.length;
    }
    while (this.#records.length > RECORDS_MAX || (this.#chars > TEXT_MAX_CHARS && this.#records.length > 1))
      this.#drop();
  }

  /** The numbers of those that pass, from `from` on, in the order of their coming. */
  matching(filter: LogFilter, from = this.firstNumber): number[] {
    const numbers: number[] = [];
    for (let number = Math.max(from, this.firstNumber); number < this.endNumber; number++) {
      const record = this.record(number);
      if (record !== undefined && passes(record, filter)) numbers.push(number);
    }
    return numbers;
  }

  #drop(): void {
    const count = Math.min(DROPPED_AT_ONCE, Math.ceil(this.#records.length / 2));
    for (const record of this.#records.splice(0, count)) this.#chars -= record.text.length;
    this.firstNumber += count;
  }

  /** The records that come next may be known already, because the connection is another. */
  expectRepeated(): void {
    const newestMs = this.#records.at(-1)?.atMs;
    if (newestMs === undefined) return;
    this.#known = { untilMs: newestMs, keys: new Set(this.#records.slice(-COMPARED_RECORDS).map(keyOf)) };
  }

  #new(records: readonly LiveLog[]): readonly LiveLog[] {
    const known = this.#known;
    if (known === undefined) return records;
    // From the first that is newer on, all are new.
    if (records.some(({ atMs }) => atMs > known.untilMs)) this.#known = undefined;
    return records.filter((record) => record.atMs > known.untilMs || !known.keys.has(keyOf(record)));
  }
}

function keyOf({ atMs, stream, text }: LiveLog): string {
  return `${atMs} ${stream} ${text.length} ${text.slice(0, KEY_CHARS)}`;
}

function passes(record: LiveLog, { text, stepId, minSeverity }: LogFilter): boolean {
  if (record.severity < minSeverity) return false;
  if (stepId !== undefined && record.stepId !== stepId) return false;
  return text === "" || withoutAnsi(record.text).toLowerCase().includes(text);
}
