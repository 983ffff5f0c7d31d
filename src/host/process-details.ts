import { HostFile, textOf } from "./host-file.ts";

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

/** Files of /proc that are read for a few processes only. Each tells undefined when a process has ended, or is another user's. */
export class ProcessDetails {
  readonly #root: string;

  /** `root` is what comes before `/proc`. */
  constructor(root: string) {
    this.#root = root;
  }

  /** Memory that is the process's alone and in no file (RssAnon). Undefined too before Linux 4.5 and for a kernel thread. */
  privateBytes(pid: number): number | undefined {
    return this.#read(pid, "status", (file) => {
      const kib = file.read().numberOf(RSS_ANON);
      return Number.isNaN(kib) ? undefined : kib * KIB;
    });
  }

  diskBytes(pid: number): DiskBytes | undefined {
    return this.#read(pid, "io", (file) => {
      const scanner = file.read();
      // In the order of the file.
      const bytes = { read: scanner.numberOf(READ_BYTES), written: scanner.numberOf(WRITE_BYTES) };
      return Number.isNaN(bytes.read + bytes.written) ? undefined : bytes;
    });
  }

  /** The program and its arguments, the first 1024 characters. They may hold secrets. */
  commandLine(pid: number): string | undefined {
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
