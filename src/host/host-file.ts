import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { NumberScanner } from "./number-scanner.ts";

/** Longer than what is read on any machine: /proc/stat has some 100 bytes a core, mountinfo some 200 a mount. */
const BUFFER_BYTES = 512 * 1024;

/** What was read last. Pages that were never written to take no memory. */
let shared: Buffer | undefined;
const scanner = new NumberScanner(new Uint8Array(0));

/**
 * A file of /proc or /sys that is read again and again. It stays open, and all such files share one buffer: a reading
 * makes no garbage. With garbage at every reading, Bun's garbage collector runs every second, which costs more than
 * the reading.
 */
export class HostFile {
  readonly path: string;
  #descriptor: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * What the file says now, from its start: valid until the next read of any host file. Throws what the system says.
   * For files that the kernel hands over in one piece, as it does for those with a single record.
   */
  read(): NumberScanner {
    shared ??= Buffer.allocUnsafeSlow(BUFFER_BYTES);
    scanner.reset(shared, this.#readAt(shared, 0));
    return scanner;
  }

  /** The same for files of many records: a view of all that there is. */
  readAll(): Buffer {
    shared ??= Buffer.allocUnsafeSlow(BUFFER_BYTES);
    let length = 0;
    for (let read = -1; read !== 0; length += read) read = this.#readAt(shared, length);
    return shared.subarray(0, length);
  }

  /** Safe to call twice; the next read opens it again. */
  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #readAt(buffer: Buffer, position: number): number {
    this.#descriptor ??= openSync(this.path, "r");
    try {
      return readSync(this.#descriptor, buffer, position, buffer.byteLength - position, position);
    } catch (error) {
      // An interface was unplugged, for example. The next read opens the file of the one that took its place.
      this.close();
      throw error;
    }
  }
}

/** The text of a file that is read now and then. Undefined when it is not there or cannot be read. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
