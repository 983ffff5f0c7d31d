/** Objects that have been seen must stay as they were: no destination may replace one. */
export class ObjectWatch {
  /** In words, each object that is gone or has other bytes than before. */
  readonly changed: string[] = [];
  readonly #hashes = new Map<string, bigint | number>();

  look(objects: ReadonlyMap<string, Uint8Array>): void {
    for (const name of this.#hashes.keys()) if (!objects.has(name)) this.#tell(name, "is gone");
    for (const [name, bytes] of objects) {
      const hash = Bun.hash.xxHash3(bytes);
      const known = this.#hashes.get(name);
      if (known !== undefined && known !== hash) this.#tell(name, "has other bytes than before");
      this.#hashes.set(name, hash);
    }
  }

  #tell(name: string, what: string): void {
    this.changed.push(`${name} ${what}`);
    this.#hashes.delete(name);
  }
}
