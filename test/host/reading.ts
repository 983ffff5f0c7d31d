import { join } from "node:path";

/** What one reading says, and the kernel's files at the same time. */
export interface Snapshot {
  /** Monotonic. */
  readonly atMs: number;
  /** By `name` or `name{attribute=value}`. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly stat: string;
  readonly meminfo: string;
}

/** Two readings of the host by a process of its own, see `reading-process.ts`. */
export class Reading implements AsyncDisposable {
  readonly #process: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #words: AsyncIterator<Uint8Array>;

  private constructor(launcher: readonly string[], workerPid: number | undefined) {
    const script = join(import.meta.dir, "reading-process.ts");
    const command = [...launcher, process.execPath, script, ...(workerPid === undefined ? [] : [String(workerPid)])];
    this.#process = Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
    this.#words = this.#process.stdout[Symbol.asyncIterator]();
  }

  /**
   * Resolves when the first reading is made. `launcher` is a command that takes the process into namespaces or cgroups
   * of its own. `workerPid` is the process that stands for the runner's worker, by its number there.
   */
  static async begin(
    launcher: readonly string[] = [],
    workerPid?: number,
  ): Promise<Reading & { readonly first: Snapshot }> {
    const reading = new Reading(launcher, workerPid);
    return Object.assign(reading, { first: await reading.#snapshot() });
  }

  /** The second reading. */
  async end(): Promise<Snapshot> {
    await this.#process.stdin.end();
    return await this.#snapshot();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.exited;
  }

  async #snapshot(): Promise<Snapshot> {
    let text = "";
    const decoder = new TextDecoder();
    while (!text.endsWith("\n")) {
      const { value, done } = await this.#words.next();
      if (done === true) throw new Error(`The reader ended early: ${JSON.stringify(text)}`);
      text += decoder.decode(value, { stream: true });
    }
    const snapshot: Snapshot = JSON.parse(text);
    return snapshot;
  }
}
