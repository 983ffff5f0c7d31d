/** KIND of schema.ts; a test holds them together. */
export const STRING: u32 = 0;
export const BOOL: u32 = 1;
export const INT32: u32 = 2;
export const UINT32: u32 = 3;
export const SINT32: u32 = 4;
export const FIXED32: u32 = 5;
export const INT64: u32 = 6;
export const UINT64: u32 = 7;
export const FIXED64: u32 = 8;
export const SFIXED64: u32 = 9;
export const DOUBLE: u32 = 10;
export const BYTES: u32 = 11;
export const ID: u32 = 12;
export const STRINDEX: u32 = 13;
export const ENUM: u32 = 14;
export const MESSAGE: u32 = 15;
