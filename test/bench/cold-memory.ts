/** Memory that this machine has not touched since it booted, where there is any. */
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { freemem } from "node:os";
import { join } from "node:path";

/** A file system in memory, which takes single pages: scraps that were used before are given out first. */
const MEMORY_FILES = "/dev/shm";
const CHUNK = new Uint8Array(64 * 2 ** 20).fill(1);
/** The first touch of a page was 4 to 10 times as dear as a later one where it could be measured. */
const COLD_FACTOR = 2.5;
/** So many dear chunks in a row: what disturbs one does not last. */
const COLD_CHUNKS = 4;
/** Left free beside what is held, for what is to be measured and for the machine. */
const SPARED_BYTES = 4 * 2 ** 30;

/**
 * Holds all the memory that was used before, so that whoever wants memory now gets what nobody has touched: on a virtual
 * machine each first touch of a page is a fault on the host. What was got so stays cold for nobody else: keep it until the
 * last measurement, or it is given out again.
 */
export class ColdMemory implements Disposable {
  readonly #directory: string;
  readonly #file: number;
  readonly #warmMicros: number;

  private constructor() {
    this.#directory = mkdtempSync(join(MEMORY_FILES, "warp-telemetry-cold-"));
    this.#warmMicros = warmMicros(this.#directory);
    this.#file = openSync(join(this.#directory, "held"), "w");
  }

  /** Undefined where all memory that could be had has been used since the machine booted. */
  static find(): ColdMemory | undefined {
    if (!existsSync(MEMORY_FILES)) return undefined;
    const memory = new ColdMemory();
    try {
      for (let dear = 0; freemem() > SPARED_BYTES;) {
        dear = memory.isCold() ? dear + 1 : 0;
        if (dear === COLD_CHUNKS) return memory;
      }
    } catch {
      // The file system in memory is full before the memory is.
    }
    memory[Symbol.dispose]();
    return undefined;
  }

  /** Whether memory that is given out now has never been touched. Takes 64 MiB of it. */
  isCold(): boolean {
    return freemem() > SPARED_BYTES / 2 && writeMicros(this.#file) > COLD_FACTOR * this.#warmMicros;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** What a chunk takes whose pages have just been given back. */
function warmMicros(directory: string): number {
  const spans = Array.from({ length: 5 }, () => {
    const path = join(directory, "warm");
    const file = openSync(path, "w");
    const micros = writeMicros(file);
    closeSync(file);
    rmSync(path);
    return micros;
  });
  return Math.min(...spans);
}

/** Processor time, so that a busy machine does not look like a cold one. */
function writeMicros(file: number): number {
  const before = process.cpuUsage();
  writeSync(file, CHUNK);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
