import { HostFile, textOf } from "./host-file.ts";
import type { Process } from "./process.ts";

const KIB = 1024;
/** Longer than most; a compiler may have a hundred kilobytes of arguments. */
const COMMAND_LINE_MAX_CHARS = 1024;

const encoder = new TextEncoder();
const RSS_ANON = encoder.encode("RssAnon:");
const READ_BYTES = encoder.encode("read_bytes:");
const WRITE_BYTES = encoder.encode("write_bytes:");

/** What disks have read and written for a process and for those of its children that have ended, since it began. */
export interface DiskBytes {
  readonly read: number;
  readonly written: number;
}

/** What a process is known by here. */
type Known = Pick<Process, "pid" | "readAtScan">;

/**
 * Files of /proc that are read for a few processes only, and once as long as a process sleeps. Each tells undefined when
 * the process has ended, or is another user's.
 */
export class ProcessDetails {
  readonly #root: string;
  readonly #privateBytes = new Answers<number>();
  readonly #diskBytes = new Answers<DiskBytes>();

  /** `root` is what comes before `/proc`. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Memory that is the process's alone and in no file (RssAnon). Undefined too before Linux 4.5 and for a kernel thread. */
  privateBytes(entry: Known): number | undefined {
    return this.#privateBytes.of(entry, () => this.#read(entry.pid, "status", readPrivateBytes));
  }

  diskBytes(entry: Known): DiskBytes | undefined {
    return this.#diskBytes.of(entry, () => this.#read(entry.pid, "io", readDiskBytes));
  }

  /** The program and its arguments, the first 1024 characters. They may hold secrets. */
  commandLine({ pid }: Known): string | undefined {
    const text = textOf(`${this.#root}/proc/${pid}/cmdline`);
    return text?.slice(0, COMMAND_LINE_MAX_CHARS).replaceAll("\0", " ").trimEnd().toWellFormed();
  }

  #read<T>(pid: number, name: string, take: (file: HostFile) => T | undefined): T | undefined {
    const file = new HostFile(`${this.#root}/proc/${pid}/${name}`);
    try {
      return take(file);
    } catch {
      return undefined;
    } finally {
      file.close();
    }
  }
}

function readPrivateBytes(file: HostFile): number | undefined {
  const kib = file.read().numberOf(RSS_ANON);
  return Number.isNaN(kib) ? undefined : kib * KIB;
}

function readDiskBytes(file: HostFile): DiskBytes | undefined {
  const scanner = file.read();
  // In the order of the file.
  const bytes = { read: scanner.numberOf(READ_BYTES), written: scanner.numberOf(WRITE_BYTES) };
  return Number.isNaN(bytes.read + bytes.written) ? undefined : bytes;
}

/** What was read of processes, for as long as it holds. */
class Answers<T> {
  readonly #kept = new WeakMap<Known, { readonly scan: number; readonly answer: T | undefined }>();

  of(entry: Known, read: () => T | undefined): T | undefined {
    const kept = this.#kept.get(entry);
    if (kept?.scan === entry.readAtScan) return kept.answer;
    const answer = read();
    this.#kept.set(entry, { scan: entry.readAtScan, answer });
    return answer;
  }
}
