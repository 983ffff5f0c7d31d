/**
 * Reads protobuf's wire format (protobuf.dev, "Encoding") from a body: tags, varints and lengths. It passes over unknown
 * fields, stays inside its bounds and throws {@link WireError}; the caller knows the place.
 */
import { WIRE } from "./schema.ts";

/** "<current>, <wanted>", without the place. */
export class WireError extends Error {
  override readonly name = "WireError";
}

const EMPTY: Uint8Array = new Uint8Array(0);
const VARINT_MAX_BYTES = 10;

export class WireReader {
  /** The position of the next byte. Public for the loops that copy values themselves. */
  at = 0;
  /** The upper half of the last {@link varint}, unsigned. */
  high = 0;
  bytes = EMPTY;
  /** Of the same bytes. */
  view = new DataView<ArrayBufferLike>(EMPTY.buffer);

  /** Reads `bytes` from the start. They are kept until the next call. */
  begin(bytes: Uint8Array): void {
    this.at = 0;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Lets go of the bytes. */
  release(): void {
    this.begin(EMPTY);
  }

  /** A tag: field number × 8 + wire type. */
  tag(end: number): number {
    const tag = this.varint(end);
    if (this.high !== 0 || tag < 8) throw new WireError(`field number ${tag >>> 3}, a number of 1 to 2^29-1 wanted`);
    return tag;
  }

  /** The lower half of a varint, unsigned; the upper is in {@link high}. */
  varint(end: number): number {
    const first = this.at < end ? (this.bytes[this.at] ?? 0) : 0x80;
    if (first >= 0x80) return this.#longVarint(end);
    this.high = 0;
    this.at++;
    return first;
  }

  #longVarint(end: number): number {
    let [low, high] = [0, 0];
    for (let i = 0; i < VARINT_MAX_BYTES; i++) {
      if (this.at >= end) throw truncated();
      const byte = this.bytes[this.at++] ?? 0;
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) [low, high] = [low | (bits << 28), bits >> 4];
      else high |= bits << (7 * i - 32);
      if (byte < 0x80) {
        this.high = high >>> 0;
        return low >>> 0;
      }
    }
    throw new WireError(`a varint of more than ${VARINT_MAX_BYTES} bytes, at most ${VARINT_MAX_BYTES} wanted`);
  }

  /** Reads a length and returns where the bytes of that length end. */
  lengthEnd(end: number): number {
    const length = this.varint(end);
    if (this.high !== 0 || length > end - this.at) throw truncated();
    return this.at + length;
  }

  uint32(end: number): number {
    if (end - this.at < 4) throw truncated();
    const value = this.view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  double(end: number): number {
    if (end - this.at < 8) throw truncated();
    const value = this.view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  /** Passes over the value of `tag`; groups may be nested `levels` deep. */
  skip(tag: number, end: number, levels: number): void {
    switch (tag & 7) {
      case WIRE.varint:
        this.varint(end);
        return;
      case WIRE.fixed64:
        return this.#advance(8, end);
      case WIRE.bytes:
        this.at = this.lengthEnd(end);
        return;
      case WIRE.groupStart:
        return this.#skipGroup(tag >>> 3, end, levels);
      case WIRE.fixed32:
        return this.#advance(4, end);
      case WIRE.groupEnd:
        throw new WireError(`the end of group ${tag >>> 3}, which has no start`);
      default:
        throw new WireError(`wire type ${tag & 7}, one of 0 to 5 wanted`);
    }
  }

  #skipGroup(number: number, end: number, levels: number): void {
    if (levels <= 0) throw new WireError("nested too deep");
    for (;;) {
      if (this.at >= end) throw truncated();
      const tag = this.tag(end);
      if ((tag & 7) !== WIRE.groupEnd) this.skip(tag, end, levels - 1);
      else if (tag >>> 3 === number) return;
      else throw new WireError(`the end of group ${tag >>> 3}, that of group ${number} wanted`);
    }
  }

  #advance(count: number, end: number): void {
    if (end - this.at < count) throw truncated();
    this.at += count;
  }
}

function truncated(): WireError {
  return new WireError("it ends in the middle of a value, the whole value wanted");
}
