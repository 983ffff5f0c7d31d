import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { checkTrust } from "../lib/trust.ts";

/** A FIFO is opened at once and then refused, a terminal does not become ours. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

/**
 * The bytes of a file of the user's that decides what a program does. Throws when it is no regular file or longer than
 * `maxBytes`; for an agent that is root UntrustedError, when others can change it; and the system's error.
 */
export function readTrusted(path: string, maxBytes: number): Uint8Array {
  checkTrust(`"${path}"`, path);
  const fd = openSync(path, FLAGS);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new Error(`Cannot use "${path}": it is no regular file`);
    if (stats.size > maxBytes) throw new Error(`Cannot use "${path}": ${stats.size} bytes, at most ${maxBytes} wanted`);
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}
