/**
 * Reads protobuf's wire format (protobuf.dev, "Encoding") from a body: tags, varints and lengths. It passes over unknown
 * fields, stays inside its bounds and throws {@link Fault}; the caller knows the place.
 */
import { Fault } from "./fault.ts";
import { WIRE } from "./schema.ts";

const VARINT_MAX_BYTES = 10;

export class WireReader {
  /** The position of the next byte. Public for those who read values themselves. */
  at = 0;
  /**
   * The upper half of the last {@link varint}, unsigned. Halves and no BigInt: tags and lengths are varints, too, and
   * millions of them would take half a second more.
   */
  high = 0;
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #scratch = new Uint8Array(0);

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /**
   * Memory of at least `length` bytes beside the body, the same each time: what an earlier caller wrote is in it. Memory
   * of its own for each of a hundred messages in each other would be garbage of a hundred bodies.
   */
  scratch(length: number): Uint8Array {
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(length);
    return this.#scratch;
  }

  /** A tag: field number × 8 + wire type. */
  tag(end: number): number {
    const tag = this.varint(end);
    if (this.high !== 0 || tag < 8) throw new Fault(`field number ${tag >>> 3}, a number of 1 to 2^29-1 wanted`);
    return tag;
  }

  /** The lower half of a varint, unsigned; the upper is in {@link high}. */
  varint(end: number): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 7 * VARINT_MAX_BYTES; shift += 7) {
      if (this.at >= end) throw truncated();
      const byte = this.bytes[this.at++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift > 28) high |= bits << (shift - 32);
      if (shift === 28) high = bits >> 4;
      if (byte < 0x80) {
        this.high = high >>> 0;
        return low >>> 0;
      }
    }
    throw new Fault(`a varint of more than ${VARINT_MAX_BYTES} bytes, at most ${VARINT_MAX_BYTES} wanted`);
  }

  /** All 64 bits of a varint, unsigned; a number when its upper half is 0. */
  varint64(end: number): number | bigint {
    const low = this.varint(end);
    return this.high === 0 ? low : (BigInt(this.high) << 32n) | BigInt(low);
  }

  /** Reads a length and returns where the bytes of that length end. */
  lengthEnd(end: number): number {
    const length = this.varint(end);
    if (this.high !== 0 || length > end - this.at) throw truncated();
    return this.at + length;
  }

  fixed32(end: number): number {
    return this.#view.getUint32(this.#advance(4, end), true);
  }

  fixed64(end: number): bigint {
    return this.#view.getBigUint64(this.#advance(8, end), true);
  }

  double(end: number): number {
    return this.#view.getFloat64(this.#advance(8, end), true);
  }

  /** Passes over the value of `tag`; groups may be nested `levels` deep. */
  skip(tag: number, end: number, levels: number): void {
    switch (tag & 7) {
      case WIRE.varint:
        this.varint(end);
        return;
      case WIRE.fixed64:
        this.#advance(8, end);
        return;
      case WIRE.bytes:
        this.at = this.lengthEnd(end);
        return;
      case WIRE.groupStart:
        return this.#skipGroup(tag >>> 3, end, levels);
      case WIRE.fixed32:
        this.#advance(4, end);
        return;
      case WIRE.groupEnd:
        throw new Fault(`the end of group ${tag >>> 3}, which has no start`);
      default:
        throw new Fault(`wire type ${tag & 7}, one of 0 to 5 wanted`);
    }
  }

  #skipGroup(number: number, end: number, levels: number): void {
    if (levels <= 0) throw new Fault("nested too deep");
    for (;;) {
      if (this.at >= end) throw truncated();
      const tag = this.tag(end);
      if ((tag & 7) !== WIRE.groupEnd) this.skip(tag, end, levels - 1);
      else if (tag >>> 3 === number) return;
      else throw new Fault(`the end of group ${tag >>> 3}, that of group ${number} wanted`);
    }
  }

  /** Passes over `count` bytes and returns where they begin. */
  #advance(count: number, end: number): number {
    const { at } = this;
    if (end - at < count) throw truncated();
    this.at = at + count;
    return at;
  }
}

function truncated(): Fault {
  return new Fault("it ends in the middle of a value, the whole value wanted");
}
