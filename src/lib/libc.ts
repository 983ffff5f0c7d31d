import { dlopen, FFIType } from "bun:ffi";
import { closeSync, existsSync } from "node:fs";
import { getSystemErrorName } from "node:util";

/**
 * The system calls that `node:fs` does not have. The library is loaded at first use. If it cannot be loaded (musl,
 * Windows), none of the calls is available; each function says what it does then.
 */
const EINTR = 4;
const LOCK_EXCLUSIVE_NOW = 2 | 4;
const MADV_DONTNEED = 4;
const RLIMIT_CORE = 4;
/** No attribute is longer (XATTR_SIZE_MAX). */
const ATTRIBUTE_MAX_BYTES = 64 * 1024;

/** Numbers of system calls. Old versions of the library have no function for them, or one that changes the whole process. */
const CALL_NUMBERS: Readonly<Record<string, Readonly<Record<Call, number>>>> = {
  x64: { setgroups: 116, getdents64: 217, clockGettime: 228, read: 0, lseek: 8 },
  arm64: { setgroups: 159, getdents64: 61, clockGettime: 113, read: 63, lseek: 62 },
};
type Call = "setgroups" | "getdents64" | "clockGettime" | "read" | "lseek";
const [CLOCK_MONOTONIC, CLOCK_BOOTTIME] = [1, 7];
/** The clock that counts what all threads of a process have run: in the low bits of its id, see clock_getcpuclockid(3). */
const CPU_CLOCK_OF_PROCESS = 2;
const MS_PER_SECOND = 1000;
const NS_PER_MS = 1_000_000;
const SEEK_END = 2;
const [AF_UNIX, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_CLOEXEC] = [1, 2, 0o4000, 0o2000000];
/** An id that no call takes: setfsuid(2) and setfsgid(2) answer with the one in force. */
const ASK = 0xffffffff;

const { i32, i64, i64_fast, ptr, u64, u32 } = FFIType;

/** The functions of libc that are called. One that the system lacks is never called: its caller asks for Linux first. */
interface Libc {
  flock(fd: number, operation: number): number;
  posix_fallocate(fd: number, offset: number, length: number): number;
  madvise(address: number, length: number, advice: number): number;
  setfsuid(uid: number): number;
  setfsgid(gid: number): number;
  setrlimit(resource: number, limits: BigUint64Array): number;
  socket(domain: number, type: number, protocol: number): number;
  connect(fd: number, address: Uint8Array, length: number): number;
  getsockname(fd: number, address: Uint8Array, length: Uint32Array): number;
  getsockopt(fd: number, level: number, option: number, value: Uint8Array, length: Uint32Array): number;
  setsockopt(fd: number, level: number, option: number, value: Int32Array, length: number): number;
  shutdown(fd: number, how: number): number;
  getxattr(path: Uint8Array, name: Uint8Array, value: Uint8Array, size: number): number | bigint;
  syscall(number: number, first: number, data: Uint8Array | Uint32Array | null, size: number): number | bigint;
}

/** A user of the system, by numbers. */
export interface UserIds {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. Default: none. */
  readonly groups?: readonly number[];
}

/** Raised when the system does not let root act as another user: no CAP_SETUID, or an id that a container lacks. */
export class UserSwitchError extends Error {
  override readonly name = "UserSwitchError";
}

let libc: Libc | undefined | null;

/** True where {@link allocateFile} and {@link asUser} work: Linux with glibc. */
export function isGlibcLinux(): boolean {
  return linuxLibrary() !== null;
}

/**
 * Allocates all blocks of the first `sizeBytes` of the file (posix_fallocate). Safe to call on a file that has them.
 * Throws an error with the system's code, ENOSPC for one.
 */
export function allocateFile(fd: number, sizeBytes: number): void {
  const loaded = library();
  if (loaded === null) throw new Error("Cannot allocate the ring file: no posix_fallocate on this system");
  let code = EINTR;
  while (code === EINTR) code = loaded.posix_fallocate(fd, 0, sizeBytes);
  if (code === 0) return;
  const name = getSystemErrorName(-code);
  throw Object.assign(new Error(`Cannot allocate ${sizeBytes} bytes: ${name}`), { code: name });
}

/** Takes an exclusive lock that the kernel drops when the process dies. Undefined where there is no flock. */
export function lockFile(fd: number): boolean | undefined {
  const loaded = library();
  return loaded === null ? undefined : loaded.flock(fd, LOCK_EXCLUSIVE_NOW) === 0;
}

/**
 * Takes `byteCount` bytes at `address`, a multiple of the page size, out of the memory of this process (madvise(2)). They
 * must be a shared file mapping: then the page cache keeps them, written ones too, and they are loaded again when they
 * are touched. Safe to call twice. Does something on Linux with glibc only.
 */
export function releasePages(address: number, byteCount: number): void {
  linuxLibrary()?.madvise(address, byteCount, MADV_DONTNEED);
}

/**
 * Calls `work`, which must not wait, with the file system rights of another user and of no group of ours: what it opens
 * is opened as that user, without root's power over files. setfsuid(2) and the bare setgroups call concern this thread
 * only. On other systems than Linux with glibc, and when we are not root, `work` runs with our own rights. Throws what
 * `work` throws. Throws UserSwitchError, without calling `work`, when the system refuses the change.
 */
export function asUser<T>(user: UserIds, work: () => T): T {
  const loaded = linuxLibrary();
  if (loaded === null || process.geteuid?.() !== 0) return work();
  const own: UserIds = { uid: 0, gid: process.getegid?.() ?? 0, groups: process.getgroups?.() ?? [] };
  try {
    become(loaded, user);
    return work();
  } finally {
    become(loaded, own);
  }
}

/** Groups are set first and restored last, because that needs a right of root. */
function become(loaded: Libc, { uid, gid, groups = [] }: UserIds): void {
  const call = CALL_NUMBERS[process.arch]?.setgroups;
  const ids = Uint32Array.from(groups);
  if (call === undefined || loaded.syscall(call, ids.length, ids.length === 0 ? null : ids, 0) !== 0) {
    throw new UserSwitchError(`Cannot act as uid ${uid}: the system refuses to set its groups`);
  }
  loaded.setfsgid(gid);
  loaded.setfsuid(uid);
  if (loaded.setfsgid(ASK) === gid && loaded.setfsuid(ASK) === uid) return;
  throw new UserSwitchError(`Cannot act as uid ${uid}, gid ${gid}: the system refuses the change`);
}

/**
 * The next entries of the open folder `fd`, as getdents64(2) writes them into `buffer`. Returns their bytes, 0 after the
 * last one. Reads no more than the buffer holds, however large the folder is. Undefined where there is no such call.
 */
export function readEntries(fd: number, buffer: Uint8Array): number | undefined {
  const loaded = linuxLibrary();
  const call = CALL_NUMBERS[process.arch]?.getdents64;
  if (loaded === null || call === undefined) return undefined;
  const byteCount = Number(loaded.syscall(call, fd, buffer, buffer.length));
  if (byteCount < 0) throw new Error("Cannot list a folder: the system refuses to read it");
  return byteCount;
}

/**
 * A datagram socket that is connected to the Unix socket at `path`: each write is a message, and none waits. The caller
 * closes it. Undefined where there is no such call. Throws when nobody takes messages there.
 */
export function openDatagramSocket(path: string): number | undefined {
  const loaded = linuxLibrary();
  if (loaded === null) return undefined;
  const fd = loaded.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  // Its family, the path and the zero behind it (unix(7)).
  const address = Buffer.from(`\u0001\0${path}\0`);
  if (fd >= 0 && loaded.connect(fd, address, address.length) === 0) return fd;
  if (fd >= 0) closeSync(fd);
  throw new Error(`Cannot connect to "${path}"`);
}

/**
 * An extended attribute of the file at `path` (getxattr(2)); links are followed. Empty where the file, which is there, has
 * none. Undefined where it cannot be read: there is no such call or no such file, or it is longer than any should be.
 */
export function readAttribute(path: string, name: string): Buffer | undefined {
  const loaded = linuxLibrary();
  if (loaded === null) return undefined;
  const value = Buffer.alloc(ATTRIBUTE_MAX_BYTES);
  const length = Number(loaded.getxattr(Buffer.from(`${path}\0`), Buffer.from(`${name}\0`), value, value.length));
  if (length >= 0) return value.subarray(0, length);
  // The reason is not to be had: without room for the value it is only absent, or the file is.
  const neededBytes = Number(loaded.getxattr(Buffer.from(`${path}\0`), Buffer.from(`${name}\0`), value, 0));
  return neededBytes < 0 && existsSync(path) ? value.subarray(0, 0) : undefined;
}

/**
 * Reads what there is now from `fd`, which must be open with O_NONBLOCK, into `buffer`. Returns its bytes: 0 at the end of
 * a file, -1 when there is nothing yet or the read failed, which is not told apart. Unlike `readSync` of `node:fs` it
 * makes no error then, for who asks again and again. Undefined where there is no such call.
 */
export function readReady(fd: number, buffer: Uint8Array): number | undefined {
  const loaded = linuxLibrary();
  const call = CALL_NUMBERS[process.arch]?.read;
  if (loaded === null || call === undefined) return undefined;
  return Number(loaded.syscall(call, fd, buffer, buffer.length));
}

/** Goes to the end of what `fd` has now, if it can be moved in. Does something on Linux with glibc only. */
export function seekToEnd(fd: number): void {
  const call = CALL_NUMBERS[process.arch]?.lseek;
  if (call !== undefined) linuxLibrary()?.syscall(call, fd, null, SEEK_END);
}

/** The system's CLOCK_MONOTONIC in microseconds, which the journal writes beside each entry. Undefined where it is not to be had. */
export function monotonicUs(): number | undefined {
  return clockUs(CLOCK_MONOTONIC);
}

/** The same with the time for which the machine was suspended, which CLOCK_MONOTONIC leaves out. */
export function boottimeUs(): number | undefined {
  return clockUs(CLOCK_BOOTTIME);
}

function clockUs(clock: number): number | undefined {
  const loaded = linuxLibrary();
  const call = CALL_NUMBERS[process.arch]?.clockGettime;
  if (loaded === null || call === undefined) return undefined;
  const time = Buffer.alloc(16);
  if (Number(loaded.syscall(call, clock, time, 0)) !== 0) return undefined;
  return Number(time.readBigInt64LE(0) * 1_000_000n + time.readBigInt64LE(8) / 1000n);
}

/** Seconds and nanoseconds, as clock_gettime(2) writes them: each in eight bytes, the low half first. */
const cpuTime = new Uint32Array(4);

/**
 * CPU time of a process in ms, parts of one included: all its threads, those that have ended too, not its children. NaN
 * when there is no such process. Undefined where there is no such call. It takes a tenth of the time in which
 * /proc/PID/stat is read, and needs no right over the process.
 */
export function cpuMsOf(pid: number): number | undefined {
  const loaded = linuxLibrary();
  const call = CALL_NUMBERS[process.arch]?.clockGettime;
  if (loaded === null || call === undefined) return undefined;
  if (Number(loaded.syscall(call, (~pid << 3) | CPU_CLOCK_OF_PROCESS, cpuTime, 0)) !== 0) return Number.NaN;
  // By index: to take the array apart makes garbage, and this is called for every process of the machine.
  const seconds = (cpuTime[0] ?? 0) + (cpuTime[1] ?? 0) * 2 ** 32;
  return seconds * MS_PER_SECOND + (cpuTime[2] ?? 0) / NS_PER_MS;
}

/**
 * Forbids core files of this process and of those that it starts from now on: they would hold memory and environment,
 * with every secret. Does nothing where there is no libc. Safe to call twice.
 */
export function forbidCoreDumps(): void {
  library()?.setrlimit(RLIMIT_CORE, new BigUint64Array(2));
}

/** The library of a Linux with glibc, for `lib/` alone; null on every other system. */
export function linuxLibrary(): Libc | null {
  return process.platform === "linux" ? library() : null;
}

function library(): Libc | null {
  if (libc !== undefined) return libc;
  try {
    libc = process.platform === "linux" ? loadLinux() : loadDarwin();
  } catch {
    libc = null;
  }
  return libc;
}

const FLOCK = { args: [i32, i32], returns: i32 } as const;
const SETRLIMIT = { args: [i32, ptr], returns: i32 } as const;

function loadLinux(): Libc {
  return dlopen("libc.so.6", {
    flock: FLOCK,
    posix_fallocate: { args: [i32, i64, i64], returns: i32 },
    madvise: { args: [u64, u64, i32], returns: i32 },
    setfsuid: { args: [u32], returns: i32 },
    setfsgid: { args: [u32], returns: i32 },
    syscall: { args: [i64, i64, ptr, i64], returns: i64_fast },
    setrlimit: SETRLIMIT,
    socket: { args: [i32, i32, i32], returns: i32 },
    connect: { args: [i32, ptr, u32], returns: i32 },
    getsockname: { args: [i32, ptr, ptr], returns: i32 },
    getsockopt: { args: [i32, i32, i32, ptr, ptr], returns: i32 },
    setsockopt: { args: [i32, i32, i32, ptr, u32], returns: i32 },
    shutdown: { args: [i32, i32], returns: i32 },
    getxattr: { args: [ptr, ptr, ptr, u64], returns: i64_fast },
  }).symbols;
}

/** Replaces a function that is never called on a system. */
function none(): number {
  return -1;
}

/** macOS has these two. */
function loadDarwin(): Libc {
  const { flock, setrlimit } = dlopen("libSystem.B.dylib", { flock: FLOCK, setrlimit: SETRLIMIT }).symbols;
  return {
    flock,
    posix_fallocate: none,
    madvise: none,
    setfsuid: none,
    setfsgid: none,
    setrlimit,
    socket: none,
    connect: none,
    getsockname: none,
    getsockopt: none,
    setsockopt: none,
    shutdown: none,
    getxattr: none,
    syscall: none,
  };
}
