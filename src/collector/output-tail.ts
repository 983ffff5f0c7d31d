/** A line beyond this is cut: a program that never ends its line must not fill the tail with it. */
const LINE_MAX_BYTES = 4096;

/**
 * The last output of a child, in whole lines, bounded. Feed it from each of the child's streams through a writer of
 * its own, so that lines of standard output and standard error do not mix.
 */
export class OutputTail {
  readonly #maxBytes: number;
  readonly #onLine: (line: string) => void;
  #lines: string[] = [];
  #bytes = 0;
  #position = 0;

  /** @param maxBytes kept at most. @param onLine called with each line as it comes. */
  constructor(maxBytes: number, onLine: (line: string) => void = () => {}) {
    this.#maxBytes = maxBytes;
    this.#onLine = onLine;
  }

  /** A writer for one stream. It copies what it needs: the caller keeps the bytes. */
  writer(): (chunk: Uint8Array) => void {
    const decoder = new TextDecoder();
    let rest = "";
    return (chunk) => {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#add(line);
      if (rest.length >= LINE_MAX_BYTES) {
        this.#add(rest);
        rest = "";
      }
    };
  }

  /** How many lines ever came: remember it to ask later for what came since. */
  get position(): number {
    return this.#position;
  }

  /** The last lines that are kept, oldest first: at most `count`, and only those that came after `since`. */
  last(count: number, since = 0): readonly string[] {
    const wanted = Math.min(count, this.#position - since);
    return wanted <= 0 ? [] : this.#lines.slice(-wanted);
  }

  #add(text: string): void {
    const line = text.slice(0, LINE_MAX_BYTES).trimEnd();
    if (line === "") return;
    this.#onLine(line);
    this.#lines.push(line);
    this.#position++;
    this.#bytes += sizeOf(line);
    let dropped = 0;
    while (this.#bytes > this.#maxBytes) this.#bytes -= sizeOf(this.#lines[dropped++] ?? "");
    if (dropped > 0) this.#lines.splice(0, dropped);
  }
}

function sizeOf(line: string): number {
  return Buffer.byteLength(line) + 1;
}
