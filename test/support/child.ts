import { sleep } from "../../src/lib/sleep.ts";
import { eventually } from "./eventually.ts";

/** Output kept of one child; what is older goes, so that a child that floods does not fill the test's memory. */
const OUTPUT_MAX_CHARS = 4 * 1024 * 1024;

export interface ChildOptions {
  /** All of the child's environment; nothing is inherited. Default: PATH only. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
}

export interface Exit {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | number | undefined;
}

const running = new Set<Child>();
// Who is interrupted runs no `await using`, and nothing may outlive it: what goes on would spoil what is measured next.
process.on("exit", () => {
  for (const child of running) child.killNow();
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

/**
 * A child process in a group of its own, its output kept as text. `await using` ends it and whatever it started, also
 * when the test failed.
 */
export class Child implements AsyncDisposable {
  readonly pid: number;
  /** Resolves when the child itself has ended and its output is read. */
  readonly exit: Promise<Exit>;
  #output = "";
  readonly #process: Bun.Subprocess<"ignore", "pipe", "pipe">;

  /** Starts it at once. Throws with `code: "ENOENT"` when there is no such program. */
  constructor(command: readonly string[], { environment, directory }: ChildOptions = {}) {
    this.#process = Bun.spawn([...command], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      detached: true,
      env: environment ?? { PATH: process.env["PATH"] ?? "" },
      ...(directory === undefined ? {} : { cwd: directory }),
    });
    this.pid = this.#process.pid;
    running.add(this);
    const read = Promise.all([this.#keep(this.#process.stdout), this.#keep(this.#process.stderr)]);
    this.exit = this.#process.exited.then(async () => {
      // A grandchild may hold the pipes open; its words are not worth the wait.
      await Promise.race([read, Bun.sleep(1000)]);
      return { code: this.#process.exitCode ?? undefined, signal: this.#process.signalCode ?? undefined };
    });
  }

  /** Standard output and standard error so far, as they came. */
  get output(): string {
    return this.#output;
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Waits until the output matches. Rejects early when the child ended without it. */
  async said(pattern: RegExp, timeoutMs = 15_000): Promise<RegExpMatchArray> {
    let ended = false;
    return await eventually(
      `${pattern} in the output`,
      async () => {
        const match = this.#output.match(pattern);
        if (match !== null) return match;
        if (ended) throw new Error(`the child ended without it:\n${this.#output}`);
        if (!this.isRunning) {
          await this.exit;
          ended = true;
        }
        return undefined;
      },
      { timeoutMs },
    );
  }

  /** Sends `signal` to the child alone. Does nothing when it has ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#process.kill(signal);
  }

  /** Waits for its end, at most `timeoutMs`. */
  async ended(timeoutMs: number): Promise<Exit> {
    const timer = new AbortController();
    const exit = await Promise.race([this.exit, sleep(timeoutMs, timer.signal)]);
    // A sleep that nobody waits for keeps a program from its end.
    timer.abort();
    if (typeof exit === "boolean") {
      throw new Error(`Cannot wait longer for process ${this.pid}: ${timeoutMs} ms are over\n${this.#output}`);
    }
    return exit;
  }

  /** SIGKILL to the whole group, without waiting. Safe to call twice. */
  killNow(): void {
    // Once: by a second time the number may be that of somebody else's group.
    if (!running.delete(this)) return;
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // The group is gone.
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.killNow();
    await this.exit;
  }

  async #keep(stream: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      this.#output = (this.#output + decoder.decode(chunk, { stream: true })).slice(-OUTPUT_MAX_CHARS);
    }
  }
}
