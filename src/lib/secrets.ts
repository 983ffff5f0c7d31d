import { plainView } from "./text-view.ts";
import type { Range } from "./url-secrets.ts";

/** Shorter ones cannot be hidden: words and numbers of every line would go with them, and so tell what they are. */
const SECRET_MIN_BYTES = 4;
/** Of a secret that has so many bytes a part is hidden too, because quotes are cut. */
const DIVISIBLE_MIN_BYTES = 12;
const PART_CHARS = 8;
/** Shorter encoded forms are ordinary words. */
const ENCODED_MIN_CHARS = 8;
/** Values that come anew with each upload or each hour: what is quoted is one of the last. */
const PASSING_MAX = 64;

export interface SecretKind {
  /** Forgotten when {@link PASSING_MAX} newer ones of this kind have come. */
  readonly isPassing?: boolean;
  /** Hidden only where all of it is: the parts of a path are the parts of other paths too. */
  readonly isWhole?: boolean;
}

/** What is looked for, in the letters of {@link lettersOf}. */
interface Forms {
  /** Each of {@link PART_CHARS} characters. */
  readonly parts: readonly string[];
  readonly wholes: readonly string[];
}

interface Secret extends SecretKind {
  readonly bytes: Buffer;
  forms?: Forms;
}

/**
 * The values that nobody must see, and where they are in a text: as they are, in base64 (the standard's letters and
 * those for URLs, also in the middle of something longer), in hexadecimal, in small or capital letters, whole or in part.
 */
export class Secrets {
  readonly #secrets = new Map<string, Secret>();
  #passing: string[] = [];
  /** The forms of all; made when they are looked for. */
  #all: { readonly parts: ReadonlySet<string>; readonly wholes: readonly string[] } | undefined;

  /**
   * From now on `value` is hidden. Does nothing when it is undefined, known already, or shorter than four bytes. Cheap:
   * the work is done when it is looked for.
   */
  keep(value: string | undefined, kind: SecretKind = {}): void {
    if (value === undefined || this.#secrets.has(value)) return;
    const bytes = Buffer.from(value);
    if (bytes.length < SECRET_MIN_BYTES) return;
    this.#secrets.set(value, { ...kind, bytes });
    this.#all = undefined;
    if (kind.isPassing !== true) return;
    this.#passing.push(value);
    const oldest = this.#passing.length > PASSING_MAX ? this.#passing.shift() : undefined;
    if (oldest !== undefined) this.#secrets.delete(oldest);
  }

  /** Where they are in the bytes of a text view. Takes time in proportion to them. */
  find(bytes: string): readonly Range[] {
    const { parts, wholes } = (this.#all ??= this.#compile());
    const letters = lettersOf(bytes);
    const found: Range[] = [];
    for (let at = 0; parts.size > 0 && at + PART_CHARS <= letters.length; at++) {
      if (parts.has(letters.slice(at, at + PART_CHARS))) found.push([at, at + PART_CHARS]);
    }
    for (const whole of wholes) {
      for (let at = letters.indexOf(whole); at !== -1; at = letters.indexOf(whole, at + whole.length)) {
        found.push([at, at + whole.length]);
      }
    }
    return found;
  }

  #compile() {
    const forms = [...this.#secrets.values()].map((secret) => (secret.forms ??= formsOf(secret)));
    return {
      parts: new Set(forms.flatMap(({ parts }) => parts)),
      wholes: forms.flatMap(({ wholes }) => wholes),
    };
  }
}

function formsOf({ bytes, isWhole = false }: Secret): Forms {
  const plain = lettersOf(plainView(bytes.toString()).bytes);
  const encoded = [bytes.toString("hex"), ...base64FormsOf(bytes)].map(lettersOf);
  const wholes = [plain, ...encoded.filter((form) => form.length >= ENCODED_MIN_CHARS)];
  if (isWhole || plain.length < DIVISIBLE_MIN_BYTES) return { parts: [], wholes };
  return { parts: wholes.flatMap(partsOf), wholes: [] };
}

/**
 * What of `bytes` in base64 does not depend on what stands around them, for each of the three ways in which they can
 * lie in groups of three bytes.
 */
function base64FormsOf(bytes: Buffer): readonly string[] {
  return [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64url");
    const wholeBits = (before + bytes.length) * 8;
    return text.slice(Math.ceil((before * 8) / 6), Math.floor(wholeBits / 6));
  });
}

function partsOf(form: string): readonly string[] {
  return Array.from({ length: form.length - PART_CHARS + 1 }, (_, at) => form.slice(at, at + PART_CHARS));
}

/** Without what a form may change: small and capital letters, the two alphabets of base64. As long as `bytes`. */
function lettersOf(bytes: string): string {
  return bytes.toLowerCase().replaceAll("-", "+").replaceAll("_", "/");
}
