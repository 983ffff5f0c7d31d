/**
 * Why a request cannot be stored. `bad-data`: no reader could take it, the sender must not repeat it (400).
 * `too-large`: its line would be longer than the ring can hold (413).
 */
export type DecodeErrorKind = "bad-data" | "too-large";

/** The one error that decoding throws. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  readonly kind: DecodeErrorKind;
  /** Where, in OTLP/JSON names: `resourceLogs[0].scopeLogs[0].logRecords[3].timeUnixNano`; "" is the whole body. */
  readonly path: string;

  /** `problem` is "<current>, <wanted>". The message is "Cannot read <path>: " and the problem. */
  constructor(kind: DecodeErrorKind, path: string, problem: string) {
    super(`Cannot read ${path === "" ? "the body" : path}: ${problem}`);
    this.kind = kind;
    this.path = path;
  }
}
