import { closeSync, openSync, readSync } from "node:fs";
import { NumberScanner } from "./number-scanner.ts";

/** Longer than any: 52 numbers of 20 digits at most, and a name of 15 bytes. */
const STAT_MAX_BYTES = 2048;
const [OPEN, CLOSE] = [0x28, 0x29];
/** USER_HZ, the unit of times in /proc on every architecture that Bun runs on. */
export const MS_PER_TICK = 10;

const decoder = new TextDecoder();

/**
 * One /proc/PID/stat after the other, see proc_pid_stat(5). The numbers are taken without making strings. The name is the
 * process's own choice: it may have spaces, brackets and line ends, and is all that stands before the last bracket.
 */
export class ProcessStat {
  readonly #root: string;
  readonly #bytes = Buffer.alloc(STAT_MAX_BYTES);
  readonly #scanner = new NumberScanner(this.#bytes);
  #nameStart = 0;
  #nameEnd = 0;
  #parentPid = 0;
  #cpuMs = 0;
  #childrenMs = 0;
  #startedMs = 0;
  #residentPages = 0;

  /** `root` is what comes before `/proc`. */
  constructor(root: string) {
    this.#root = root;
  }

  /** At most 15 bytes of it, which may be any. A string anew at each call. */
  get name(): string {
    return decoder.decode(this.#bytes.subarray(this.#nameStart, this.#nameEnd));
  }

  get parentPid(): number {
    return this.#parentPid;
  }

  /** CPU time of its threads, those that have ended too, in steps of 10 ms. */
  get cpuMs(): number {
    return this.#cpuMs;
  }

  /** CPU time of its children that have ended and that it has waited for, with all below them. */
  get childrenMs(): number {
    return this.#childrenMs;
  }

  /** When it began, since the start of the machine. */
  get startedMs(): number {
    return this.#startedMs;
  }

  /** Its pages in memory, those that it shares too. */
  get residentPages(): number {
    return this.#residentPages;
  }

  /** Reads that of `pid`. False when there is no such process any more. */
  read(pid: number): boolean {
    const end = this.#load(pid);
    const nameEnd = this.#bytes.lastIndexOf(CLOSE, end - 1);
    if (end === 0 || nameEnd < 0) return false;
    this.#nameStart = this.#bytes.indexOf(OPEN) + 1;
    this.#nameEnd = nameEnd;
    const scanner = this.#scanner;
    scanner.reset(this.#bytes, end, nameEnd);
    // The state before it is a letter. Numbers in the order of the file, by their place in it.
    this.#parentPid = scanner.next(); // 4
    skip(scanner, 9);
    this.#cpuMs = (scanner.next() + scanner.next()) * MS_PER_TICK; // 14, 15
    this.#childrenMs = (scanner.next() + scanner.next()) * MS_PER_TICK; // 16, 17
    skip(scanner, 4);
    this.#startedMs = scanner.next() * MS_PER_TICK; // 22
    skip(scanner, 1);
    this.#residentPages = scanner.next(); // 24
    return !Number.isNaN(this.#residentPages);
  }

  #load(pid: number): number {
    let descriptor: number | undefined;
    try {
      descriptor = openSync(`${this.#root}/proc/${pid}/stat`, "r");
      return readSync(descriptor, this.#bytes, 0, STAT_MAX_BYTES, 0);
    } catch {
      return 0;
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }
}

function skip(scanner: NumberScanner, numbers: number): void {
  for (let count = 0; count < numbers; count++) scanner.next();
}
