/**
 * Finds what belongs to a JSON key without making a string of it, because these strings would be most of the garbage of
 * a request. Senders write the keys of a message in the same order every time, so the key that followed last time is
 * tried first, four bytes at once.
 */
export interface Key<T> {
  readonly value: T;
  /** `"key":`, the form in which compact JSON has it. */
  readonly text: Uint8Array;
  /** `text` as little-endian words; the last one overlaps the one before it, so that they end together. */
  readonly words: Int32Array;
  /** The key that came after this one last time. */
  next: Key<T> | undefined;
}

const SLOTS = 64;

export class KeyTable<T> {
  /** The key that came first last time. */
  first: Key<T> | undefined;
  readonly #slots: Key<T>[][] = Array.from({ length: SLOTS }, () => []);
  readonly #byName = new Map<string, Key<T>>();

  /** Adds `name`, ASCII, once. */
  add(name: string, value: T): void {
    const text = new TextEncoder().encode(`"${name}":`);
    const view = new DataView(text.buffer);
    const words = Int32Array.from({ length: Math.ceil(text.length / 4) }, (_, i) =>
      view.getInt32(Math.min(4 * i, text.length - 4), true),
    );
    const key = { value, text, words, next: undefined };
    this.#byName.set(name, key);
    this.#slots[slotOf(text, 1, text.length - 2)]?.push(key);
  }

  /** The key whose bytes, between its quotes, are `bytes[at, end)` and hold no escape. */
  find(bytes: Uint8Array, at: number, end: number): Key<T> | undefined {
    const slot = this.#slots[slotOf(bytes, at, end)] ?? [];
    for (let i = 0; i < slot.length; i++) {
      const key = slot[i];
      if (key !== undefined && key.text.length - 3 === end - at && isTextAt(bytes, at, key.text)) return key;
    }
    return undefined;
  }

  /** The key `name`. */
  get(name: string): Key<T> | undefined {
    return this.#byName.get(name);
  }
}

/** True when `key`, colon and all, is at `at`. */
export function isKeyAt<T>(view: DataView, at: number, key: Key<T>): boolean {
  const { words } = key;
  const last = at + key.text.length - 4;
  if (last + 4 > view.byteLength) return false;
  const lastWord = words.length - 1;
  for (let i = 0; i < lastWord; i++) {
    if (view.getInt32(at + 4 * i, true) !== words[i]) return false;
  }
  return view.getInt32(last, true) === words[lastWord];
}

/** Length, first and last byte tell nearly all keys of a message apart. */
function slotOf(bytes: Uint8Array, at: number, end: number): number {
  return ((end - at) * 5 + (bytes[at] ?? 0) * 3 + (bytes[end - 1] ?? 0)) & (SLOTS - 1);
}

function isTextAt(bytes: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 1; i < text.length - 2; i++) {
    if (bytes[at + i - 1] !== text[i]) return false;
  }
  return true;
}
