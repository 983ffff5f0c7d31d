/** Why a process ends without an orderly stop, as far as it knows itself. */
export interface LastWords {
  /** `crash`: an error that nobody had foreseen. `signal`: somebody did not wait for the orderly stop. */
  readonly kind: "crash" | "signal";
  readonly text: string;
}

let keeper: ((words: LastWords) => void) | undefined;

/** Whom {@link sayLastWords} tells from now on; undefined for nobody. The last call wins. */
export function keepLastWords(keep: ((words: LastWords) => void) | undefined): void {
  keeper = keep;
}

/** Tells who keeps them for the next start. Waits for nothing, never throws. Call it right before the process ends. */
export function sayLastWords(words: LastWords): void {
  try {
    keeper?.(words);
  } catch {
    // The process ends for another reason than this one.
  }
}
