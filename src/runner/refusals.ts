/**
 * Why something in a folder of runner logs is not read. `absent`: the folder itself is not there, which is no fault.
 * `link`: a symbolic link, whoever made it. `not-regular`: a FIFO, a socket, a device, a folder where a file should be.
 * `unreadable`: the user with whose rights it is opened may not read it. `too-deep`, `too-many`, `too-fast`: beyond a limit of ours.
 */
export const REFUSALS = ["link", "not-regular", "unreadable", "too-deep", "too-many", "too-fast"] as const;
export type RefusalKind = (typeof REFUSALS)[number];

/** Raised where something is not opened. The message holds the configured path or a name, and our own words. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
  readonly kind: RefusalKind | "absent";
  /** The command that mends it, where there is a particular one. */
  readonly remedy: string | undefined;

  constructor(kind: RefusalKind | "absent", message: string, remedy?: string) {
    super(message);
    this.kind = kind;
    this.remedy = remedy;
  }
}

/** Names kept as examples, for the log. */
const EXAMPLES = 3;
const NAME_MAX_CHARS = 80;

/** What is refused at the moment, counted by kind. Names are the job's: they go into the log and nowhere else. */
export class Refusals {
  readonly #counts = new Map<RefusalKind, number>();
  readonly #examples: string[] = [];

  add(kind: RefusalKind, name: string, count = 1): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
    if (this.#examples.length < EXAMPLES) this.#examples.push(name.slice(0, NAME_MAX_CHARS));
  }

  addAll(other: Refusals): void {
    for (const [kind, count] of other.#counts) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
    this.#examples.push(...other.#examples.slice(0, EXAMPLES - this.#examples.length));
  }

  count(kind: RefusalKind): number {
    return this.#counts.get(kind) ?? 0;
  }

  /** The kinds that occur, in the order of {@link REFUSALS}. */
  get kinds(): readonly RefusalKind[] {
    return REFUSALS.filter((kind) => this.#counts.has(kind));
  }

  get examples(): readonly string[] {
    return this.#examples;
  }
}
