import { elementOf, errorCode, type StoreAnswer } from "./store-answer.ts";

/** Headers that make an upload safer, and that some stores do not take. */
export type OptionalHeader = "if-none-match" | "checksum";

/** How a store calls them when it refuses them. */
const NAMES: Readonly<Record<OptionalHeader, RegExp>> = {
  "if-none-match": /if-none-match/i,
  checksum: /x-amz-checksum|x-amz-sdk-checksum|content-md5/i,
};
/** Seen: `Unsupported header '…' received for this API call`, `Header '…' with value '…' not implemented`. */
const REFUSES_HEADER = /unsupported|not supported|not implemented|not signed|unknown header|not allowed/i;
/** What is tried when a store does not say which header it means: without the one that is missed least first. */
const TRIES: readonly (readonly OptionalHeader[])[] = [
  ["if-none-match", "checksum"],
  ["if-none-match"],
  ["checksum"],
  [],
];

/**
 * Which of them go with the next request: all, until a store refuses one. For the life of a destination; nothing in it
 * is about an object.
 */
export class OptionalHeaders {
  /** Those that the store has refused by name. */
  readonly #lacking = new Set<OptionalHeader>();
  #try = 0;

  has(header: OptionalHeader): boolean {
    return TRIES[this.#try]?.includes(header) ?? false;
  }

  /** True when the answer refuses a header of ours and there is something left to try: with the next request. */
  giveUp(answer: StoreAnswer): boolean {
    const named = this.#named(answer);
    return (named.length > 0 || answer.status === 501) && this.#goWithout(named);
  }

  /**
   * The same for a URL that the API has signed: a store whose signature covers the checksum takes a request with ours for
   * a forged one.
   */
  giveUpUnsigned(answer: StoreAnswer): boolean {
    return errorCode(answer) === "SignatureDoesNotMatch" && this.has("checksum") && this.#goWithout(["checksum"]);
  }

  #goWithout(named: readonly OptionalHeader[]): boolean {
    for (const header of named) this.#lacking.add(header);
    const next = TRIES.findIndex(
      (headers, at) => at > this.#try && headers.every((header) => !this.#lacking.has(header)),
    );
    if (next === -1) return false;
    this.#try = next;
    return true;
  }

  #named(answer: StoreAnswer): readonly OptionalHeader[] {
    if (!REFUSES_HEADER.test(elementOf(answer, "Message") ?? "") && errorCode(answer) !== "NotImplemented") return [];
    const sent = TRIES[this.#try] ?? [];
    return sent.filter((header) => NAMES[header].test(answer.text ?? ""));
  }
}
