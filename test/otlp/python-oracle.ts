/**
 * The second judge of the codec, and one that shares no line with us: the official Python types, asked through one
 * long-lived child process (`python/oracle.py` tells how).
 */
import { join } from "node:path";
import type { Signal } from "../../src/pipeline.ts";
import { officialPython } from "../clients/programs.ts";

const PROGRAM = join(import.meta.dir, "python/oracle.py");

export interface Judgement {
  /** What the line does not say that the body says, or otherwise; "" when they mean the same. */
  readonly difference: string;
  /** The message as Python serialises it. */
  readonly body: Uint8Array;
  /** The message as Python writes it in OTLP/JSON. */
  readonly json: Uint8Array;
}

/** Takes one question at a time. `await using` ends it; it ends by itself when the tests do. */
export class PythonOracle implements AsyncDisposable {
  readonly #process: Bun.Subprocess<"pipe", "pipe", "inherit">;
  readonly #output: AsyncIterator<Uint8Array>;
  #unread: Buffer = Buffer.alloc(0);

  private constructor(python: string) {
    this.#process = Bun.spawn([python, PROGRAM], { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
    this.#output = this.#process.stdout[Symbol.asyncIterator]();
  }

  /** Installs the Python packages the first time, which may take a minute. */
  static async start(): Promise<PythonOracle> {
    return new PythonOracle(await officialPython());
  }

  /** Whether `line` is what `body` says. Throws when the child has ended: for a body that is no such request. */
  async judge(signal: Signal, body: Uint8Array, line: Uint8Array): Promise<Judgement> {
    for (const frame of [Buffer.from(signal), body, line]) {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(frame.length);
      void this.#process.stdin.write(length);
      void this.#process.stdin.write(frame);
    }
    await this.#process.stdin.flush();
    const difference = (await this.#frame()).toString();
    return { difference, body: await this.#frame(), json: await this.#frame() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill();
    await this.#process.exited;
  }

  async #frame(): Promise<Buffer> {
    return await this.#bytes((await this.#bytes(4)).readUInt32LE());
  }

  async #bytes(length: number): Promise<Buffer> {
    while (this.#unread.length < length) {
      const { done, value } = await this.#output.next();
      if (done) throw new Error("Cannot ask the Python oracle: it has ended, its words stand above");
      this.#unread = Buffer.concat([this.#unread, value]);
    }
    const bytes = this.#unread.subarray(0, length);
    this.#unread = this.#unread.subarray(length);
    return bytes;
  }
}
