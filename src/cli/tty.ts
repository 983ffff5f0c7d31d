import { write, writeSync } from "node:fs";
import { systemCode } from "../lib/error-text.ts";
import { ENTER_SCREEN, LEAVE_SCREEN } from "../top/frame.ts";
import type { Size } from "../top/seen.ts";
import type { Terminal, TerminalListener } from "../top/terminal.ts";

/** How often a terminal that takes nothing is asked again, each ms, before it is left as it is. */
const LEAVE_TRIES = 200;
const BUSY_WAIT_MS = 10;

/** What Node calls an EventEmitter. */
interface Emitter {
  on(event: string, listener: (data: Uint8Array) => void): void;
  off(event: string, listener: (data: Uint8Array) => void): void;
}

/** What a {@link Tty} needs of the process. */
export interface TtyHost {
  readonly input: Emitter & { setRawMode(isRaw: boolean): void; resume(): void; pause(): void };
  readonly output: Emitter & { getWindowSize(): [columns: number, rows: number] };
  /** The descriptor of `output`. */
  readonly outputFd: number;
  /** Calls `listener` at each signal of that name, in place of what the system does. */
  readonly onSignal: (name: "SIGTSTP" | "SIGCONT", listener: () => void) => void;
  readonly offSignal: (name: "SIGTSTP" | "SIGCONT", listener: () => void) => void;
  /** Stops the processes of the job that the shell knows, and returns when they go on. */
  readonly stopJob: () => void;
}

/** The terminal of this process. */
export class Tty implements Terminal {
  readonly #host: TtyHost;
  readonly #decoder = new TextDecoder();
  #listener: TerminalListener | undefined;
  /** The shell has the terminal. */
  #isAway = false;

  constructor(host: TtyHost) {
    this.#host = host;
  }

  size(): Size {
    const [columns, rows] = this.#host.output.getWindowSize();
    return { columns, rows };
  }

  enter(listener: TerminalListener): void {
    this.#listener = listener;
    const { input, output, onSignal } = this.#host;
    input.on("data", this.#onData);
    input.on("end", this.#onEnd);
    input.on("error", this.#onEnd);
    output.on("resize", this.#onResize);
    onSignal("SIGTSTP", this.#onStop);
    onSignal("SIGCONT", this.#onContinue);
    this.#take();
  }

  async write(text: string): Promise<void> {
    let rest = Buffer.from(text);
    while (rest.length > 0 && this.#listener !== undefined && !this.#isAway) {
      const written = await writeOnce(this.#host.outputFd, rest);
      if (written === undefined) return this.#onEnd();
      if (written === 0) await Bun.sleep(BUSY_WAIT_MS);
      rest = rest.subarray(written);
    }
  }

  suspend(): void {
    if (this.#listener === undefined || this.#isAway) return;
    this.#giveBack();
    this.#host.stopJob();
  }

  leave(): void {
    if (this.#listener === undefined) return;
    this.#listener = undefined;
    const { input, output, offSignal } = this.#host;
    input.off("data", this.#onData);
    input.off("end", this.#onEnd);
    input.off("error", this.#onEnd);
    output.off("resize", this.#onResize);
    offSignal("SIGTSTP", this.#onStop);
    offSignal("SIGCONT", this.#onContinue);
    this.#giveBack();
  }

  #take(): void {
    this.#isAway = false;
    const { input } = this.#host;
    // The shell may have changed the modes meanwhile, which the stream does not know.
    input.setRawMode(false);
    input.setRawMode(true);
    input.resume();
    writeNow(this.#host.outputFd, ENTER_SCREEN);
  }

  #giveBack(): void {
    if (this.#isAway) return;
    this.#isAway = true;
    writeNow(this.#host.outputFd, LEAVE_SCREEN);
    try {
      this.#host.input.setRawMode(false);
      this.#host.input.pause();
    } catch {
      // The terminal is gone, and its modes with it.
    }
  }

  readonly #onData = (bytes: Uint8Array): void => {
    this.#listener?.onInput(this.#decoder.decode(bytes, { stream: true }));
  };
  readonly #onEnd = (): void => this.#listener?.onEnd();
  readonly #onResize = (): void => this.#listener?.onLost();
  readonly #onStop = (): void => this.suspend();
  readonly #onContinue = (): void => {
    if (this.#listener === undefined) return;
    this.#take();
    this.#listener.onLost();
  };
}

/** The bytes that were taken: 0 when the terminal is busy, undefined when it is gone. In the thread pool, since it may wait. */
function writeOnce(fd: number, bytes: Buffer): Promise<number | undefined> {
  return new Promise((resolve) => {
    write(fd, bytes, (error, written) => {
      resolve(error === null ? written : systemCode(error) === "EAGAIN" ? 0 : undefined);
    });
  });
}

/** At once, for the moments in which nothing may come between. Never throws: a terminal that is gone needs nothing. */
function writeNow(fd: number, text: string): void {
  let rest = Buffer.from(text);
  for (let tries = 0; rest.length > 0 && tries < LEAVE_TRIES; tries++) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      if (systemCode(error) !== "EAGAIN") return;
      Bun.sleepSync(1);
    }
  }
}
