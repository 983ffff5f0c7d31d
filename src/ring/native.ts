import { dlopen, FFIType } from "bun:ffi";
import { getSystemErrorName } from "node:util";

/**
 * The two system calls that `node:fs` does not have. Loaded at first use; a libc that cannot be loaded (musl, Windows)
 * means that there are none, and the callers have another way.
 */
const EINTR = 4;
const LOCK_EXCLUSIVE_NOW = 2 | 4;

type Libc = ReturnType<typeof loadLibc>;
let libc: Libc | undefined | null;

/** True where {@link allocateFile} works: Linux with glibc. */
export function canAllocateFiles(): boolean {
  return process.platform === "linux" && library() !== null;
}

/**
 * Gives the file `sizeBytes` of really allocated blocks (posix_fallocate). Safe to call on a file that has them.
 * Throws an error with the system's code, ENOSPC for one.
 */
export function allocateFile(fd: number, sizeBytes: number): void {
  const loaded = library();
  if (loaded === null) throw new Error("Cannot allocate the ring file: no posix_fallocate on this system");
  let code = EINTR;
  while (code === EINTR) code = loaded.symbols.posix_fallocate(fd, 0, sizeBytes);
  if (code === 0) return;
  const name = getSystemErrorName(-code);
  throw Object.assign(new Error(`Cannot allocate ${sizeBytes} bytes: ${name}`), { code: name });
}

/** Takes an exclusive lock that the kernel drops when the process dies. Undefined where there is no flock. */
export function lockFile(fd: number): boolean | undefined {
  const loaded = library();
  return loaded === null ? undefined : loaded.symbols.flock(fd, LOCK_EXCLUSIVE_NOW) === 0;
}

function library(): Libc | null {
  if (libc === undefined) {
    try {
      libc = loadLibc();
    } catch {
      libc = null;
    }
  }
  return libc;
}

function loadLibc() {
  const symbols = { flock: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 } } as const;
  if (process.platform === "linux") {
    const allocate = { args: [FFIType.i32, FFIType.i64, FFIType.i64], returns: FFIType.i32 } as const;
    return dlopen("libc.so.6", { ...symbols, posix_fallocate: allocate });
  }
  const loaded = dlopen("libSystem.B.dylib", symbols);
  return { ...loaded, symbols: { ...loaded.symbols, posix_fallocate: () => -1 } };
}
