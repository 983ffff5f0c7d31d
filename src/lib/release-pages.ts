import { dlopen, FFIType } from "bun:ffi";

const MADV_DONTNEED = 4;

type Libc = ReturnType<typeof loadLibc>;
let libc: Libc | undefined | null;

/**
 * Takes `byteCount` bytes at `address`, a multiple of the page size, out of this process's memory. They must be a shared
 * file mapping, or an unchanged private one: then they stay as they are in the page cache, written ones too, and come
 * back when they are touched (madvise(2)). Safe to call twice. Does nothing but on Linux with glibc.
 */
export function releasePages(address: number, byteCount: number): void {
  if (libc === undefined) {
    try {
      libc = process.platform === "linux" ? loadLibc() : null;
    } catch {
      libc = null;
    }
  }
  libc?.symbols.madvise(address, byteCount, MADV_DONTNEED);
}

function loadLibc() {
  return dlopen("libc.so.6", {
    madvise: { args: [FFIType.u64, FFIType.u64, FFIType.i32], returns: FFIType.i32 },
  });
}
