/** Bytes one at a time, and sixteen at a time. */

export function byteAt(at: usize): i32 {
  return <i32>load<u8>(at);
}

/** Sixteen times `byte`. */
export function all(byte: i32): v128 {
  return i8x16.splat(<i8>byte);
}

/** One bit for each of the sixteen bytes that is true. */
export function bits(booleans: v128): i32 {
  return i8x16.bitmask(booleans);
}

export function isDigit(byte: i32): bool {
  return <u32>(byte - 0x30) < 10;
}
