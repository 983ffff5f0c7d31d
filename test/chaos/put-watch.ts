import type { SeenRequest } from "../support/fault-proxy.ts";

/** A request that has come whole is looked at after this time; before that its body may still be on the way. */
const SETTLED_MS = 3000;

/**
 * Promise 2 as the store sees it: whatever was killed or cut, every PUT of one object name carries the same bytes. Two
 * bodies under one name would mean that an object can be replaced.
 */
export class PutWatch {
  /** In words, each name that came with different bytes. */
  readonly changed: string[] = [];
  /** PUTs that came again under the same name. */
  repeats = 0;
  readonly #hashes = new Map<string, string>();

  /** Moves settled requests out of `requests`. */
  take(requests: SeenRequest[]): void {
    const nowMs = performance.now();
    const isSettled = ({ atMs, status }: SeenRequest): boolean => status !== undefined || nowMs - atMs > SETTLED_MS;
    const settled = requests.filter(isSettled);
    requests.splice(0, requests.length, ...requests.filter((request) => !settled.includes(request)));
    for (const { method, path, body } of settled) if (method === "PUT" && body.length > 0) this.#note(path, body);
  }

  #note(path: string, body: Uint8Array): void {
    const hash = `${body.length}:${Bun.hash.xxHash3(body)}`;
    const known = this.#hashes.get(path);
    if (known === undefined) this.#hashes.set(path, hash);
    else if (known === hash) this.repeats++;
    else this.changed.push(`${path}: first ${known}, then ${hash}`);
  }
}
