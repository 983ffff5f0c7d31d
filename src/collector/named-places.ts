import { logOf } from "../lib/log.ts";
import type { Skipped } from "./search-path.ts";

const log = logOf("collector");

/** Tells each place that others can change once. */
export class NamedPlaces {
  readonly #named = new Set<string>();

  tell(message: string, { path, reason, remedy }: Skipped): void {
    if (this.#named.has(path)) return;
    this.#named.add(path);
    log.warn(message, { path, reason, remedy });
  }
}
