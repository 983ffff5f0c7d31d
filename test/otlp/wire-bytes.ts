/** Protobuf by hand, for what no encoder would write. */

export function varint(value: number | bigint): number[] {
  const septets: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) septets.push(Number(rest & 0x7fn) | 0x80);
  return [...septets, Number(rest)];
}

export function tag(number: number, wireType: number): number[] {
  return varint(number * 8 + wireType);
}

/** A length-delimited field: text, bytes, or a message of the parts' bytes. */
export function bytes(number: number, ...parts: (string | readonly number[])[]): number[] {
  const payload = parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : [...part]));
  return [...tag(number, 2), ...varint(payload.length), ...payload];
}

export function fixed64(number: number, value: bigint): number[] {
  return [...tag(number, 1), ...littleEndian(value, 8)];
}

export function fixed32(number: number, value: number): number[] {
  return [...tag(number, 5), ...littleEndian(BigInt(value), 4)];
}

export function double(number: number, value: number): number[] {
  return [...tag(number, 1), ...new Uint8Array(Float64Array.of(value).buffer)];
}

export function littleEndian(value: bigint, size: number): number[] {
  return Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

/** A logs request with these log records, each given by its bytes. */
export function logsRequest(...records: (readonly number[])[]): Uint8Array {
  return Uint8Array.from(bytes(1, bytes(2, ...records.map((record) => bytes(2, record)))));
}
