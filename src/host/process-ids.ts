import { closeSync, openSync, readdirSync } from "node:fs";
import { readEntries } from "../lib/libc.ts";

/** Some 1300 entries of /proc at once. */
const CHUNK_BYTES = 32 * 1024;
/** Layout of an entry of getdents64(2). */
const LENGTH_AT = 16;
const NAME_AT = 19;
const [ZERO, NINE] = [0x30, 0x39];

/** The numbers of all processes in /proc, read again and again without making a string of each. */
export class ProcessIds {
  readonly #folder: string;
  readonly #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #ids = new Int32Array(1024);
  #count = 0;

  /** `root` is what comes before `/proc`. */
  constructor(root: string) {
    this.#folder = `${root}/proc`;
  }

  /** Those that there are now, valid until the next call. Throws when they cannot be listed. */
  read(): Int32Array {
    this.#count = 0;
    const descriptor = openSync(this.#folder, "r");
    try {
      for (;;) {
        const byteCount = readEntries(descriptor, this.#chunk);
        if (byteCount === undefined) this.#readNames();
        else this.#take(byteCount);
        if (byteCount === undefined || byteCount === 0) return this.#ids.subarray(0, this.#count);
      }
    } finally {
      closeSync(descriptor);
    }
  }

  #take(byteCount: number): void {
    const chunk = this.#chunk;
    for (let at = 0; at + NAME_AT < byteCount; at += chunk.readUInt16LE(at + LENGTH_AT)) {
      let pid = 0;
      let index = at + NAME_AT;
      for (let byte = chunk[index] ?? 0; byte >= ZERO && byte <= NINE; byte = chunk[++index] ?? 0) {
        pid = pid * 10 + byte - ZERO;
      }
      if (chunk[index] === 0) this.#add(pid);
    }
  }

  /** Where the system lists a folder only as a whole. */
  #readNames(): void {
    for (const name of readdirSync(this.#folder)) if (/^\d+$/.test(name)) this.#add(Number(name));
  }

  #add(pid: number): void {
    // Nothing but digits, and some.
    if (pid === 0) return;
    if (this.#count === this.#ids.length) {
      const grown = new Int32Array(2 * this.#count);
      grown.set(this.#ids);
      this.#ids = grown;
    }
    this.#ids[this.#count++] = pid;
  }
}
