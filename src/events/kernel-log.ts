import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { isGlibcLinux, readReady, seekToEnd } from "../lib/libc.ts";

/** No message of the kernel is longer; each read brings one (Documentation/ABI/testing/dev-kmsg). */
const BUFFER_BYTES = 8192;
/** At one look. A job that floods the log of the kernel must not hold us up; what it pushes out is lost. */
const MESSAGES_MAX = 1024;
/** When the log is read from its start: more than it holds by default. */
const HISTORY_MESSAGES_MAX = 65_536;
/** Of `/dev/kmsg`: major 1, minor 11. Engines of containers put other devices in its place, a console for one. */
const KMSG_DEVICE = 0x10b;
/** `priority,sequence,time in µs,…;text`. Lines that begin with a space belong to the one before. */
const MESSAGE = /^(\d+),\d+,(\d+),[^;]*;(.*)$/;
/** What programs write into the log has another facility: the kernel sees to that. */
const KERNEL_FACILITY = 0;

/** A message of the kernel itself. */
export interface KernelMessage {
  /** Since the boot, by the kernel's clock for its log: within a second of CLOCK_MONOTONIC. */
  readonly timeUs: number;
  /** Printable ASCII; what was not is escaped by the kernel. Names in it are text of others. */
  readonly text: string;
}

/**
 * The kernel's log, read without waiting. A look with nothing new is one system call. What programs have written into the
 * log is left out.
 */
export class KernelLog {
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  /** The beginning of a line whose end has not come, from what is no device. */
  #rest = "";

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Opens it at its start. Undefined when there is none, when we may not read it, or when something else is in its place.
   * `root` is what comes before `/dev`; below a root that is given a file or a pipe stands for the device.
   */
  static open(root = ""): KernelLog | undefined {
    if (!isGlibcLinux()) return undefined;
    const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW, O_NOCTTY } = constants;
    let fd: number | undefined;
    try {
      fd = openSync(`${root}/dev/kmsg`, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
      const stat = fstatSync(fd);
      if (root !== "" || (stat.isCharacterDevice() && stat.rdev === KMSG_DEVICE)) return new KernelLog(fd);
      closeSync(fd);
    } catch {
      if (fd !== undefined) closeSync(fd);
    }
    return undefined;
  }

  /** Leaves out what is there already. */
  skip(): void {
    seekToEnd(this.#fd);
  }

  /** Everything from here to the end, at once: some milliseconds. */
  readHistory(onMessage: (message: KernelMessage) => void): void {
    this.#read(HISTORY_MESSAGES_MAX, onMessage);
  }

  /** What has come since the last call, up to a bound. Never throws. */
  read(onMessage: (message: KernelMessage) => void): void {
    this.#read(MESSAGES_MAX, onMessage);
  }

  /** Nothing may be read afterwards. */
  close(): void {
    closeSync(this.#fd);
  }

  #read(messagesMax: number, onMessage: (message: KernelMessage) => void): void {
    for (let reads = 0; reads < messagesMax; reads++) {
      const bytes = readReady(this.#fd, this.#buffer) ?? 0;
      if (bytes <= 0) return;
      const lines = (this.#rest + this.#buffer.toString("latin1", 0, bytes)).split("\n");
      this.#rest = (lines.pop() ?? "").slice(0, BUFFER_BYTES);
      for (const line of lines) {
        const message = parse(line);
        if (message !== undefined) onMessage(message);
      }
    }
  }
}

function parse(line: string): KernelMessage | undefined {
  const [, priority, timeUs, text] = MESSAGE.exec(line) ?? [];
  if (text === undefined || Number(priority) >> 3 !== KERNEL_FACILITY) return undefined;
  return { timeUs: Number(timeUs), text };
}
