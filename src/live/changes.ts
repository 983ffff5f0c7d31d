import type { LiveParts } from "./live-state.ts";
import { messageOfJson } from "./sse.ts";

/** Finds what has changed since it was told last, to those who may see texts and to those who may not. */
export class Changes {
  readonly #told = new Map<boolean, Map<string, string>>();

  /** The message `change` with what is new in `parts`; undefined for nothing. */
  since(parts: LiveParts, maySeeTexts: boolean): Uint8Array<ArrayBuffer> | undefined {
    const told = this.#told.getOrInsertComputed(maySeeTexts, () => new Map<string, string>());
    const changed: string[] = [];
    for (const [name, part] of Object.entries(parts)) {
      const json = JSON.stringify(part);
      if (told.get(name) === json) continue;
      told.set(name, json);
      changed.push(`"${name}":${json}`);
    }
    return changed.length === 0 ? undefined : messageOfJson("change", `{${changed.join(",")}}`);
  }

  /** Nobody reads any more. */
  clear(): void {
    this.#told.clear();
  }
}
