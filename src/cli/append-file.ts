import { closeSync, constants, fstatSync, writeSync } from "node:fs";
import { openNamed } from "../lib/open-named.ts";

/** A flag that a system lacks is undefined there, which counts as 0 between the others. */
const { O_WRONLY, O_APPEND, O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * Adds `text` to a file that the runner reads after a hook, in one piece: half of an entry would fail the job. It begins on
 * a line of its own. `shown` stands for the path in messages. Makes no file, follows no link. Throws the system's error, and
 * when the file would have more than `maxBytes`.
 */
export function appendToFile(file: string, shown: string, text: string, maxBytes = Number.POSITIVE_INFINITY): void {
  const fd = openNamed(file, shown, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK, "a regular file");
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new Error(`Cannot use ${shown}: it is no regular file, one wanted`);
    // Blank lines are skipped, and the last line may have no end.
    const bytes = Buffer.from(`${stats.size > 0 ? "\n" : ""}${text}`);
    const wholeBytes = stats.size + bytes.length;
    if (wholeBytes > maxBytes) {
      throw new Error(`Cannot write ${shown}: it would have ${wholeBytes} bytes, ${maxBytes} at most wanted`);
    }
    const written = writeSync(fd, bytes);
    if (written < bytes.length)
      throw new Error(`Cannot write ${shown}: ${written} of ${bytes.length} bytes were taken`);
  } finally {
    closeSync(fd);
  }
}
