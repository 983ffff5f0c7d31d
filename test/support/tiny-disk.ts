import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { linesOf } from "./lines.ts";
import { objectsIn } from "./stores.ts";
import { TempDir } from "./temp-dir.ts";

/** A file system of a few megabytes of its own, to be filled to the last byte. Needs root on Linux. */
export class TinyDisk implements AsyncDisposable {
  readonly #directory: TempDir;

  private constructor(directory: TempDir) {
    this.#directory = directory;
  }

  /** Why there can be none here, or undefined. */
  static missing(): string | undefined {
    if (process.platform !== "linux") return "(skipped: needs Linux)";
    const probe = spawnSync("unshare", ["--mount", "true"]);
    return probe.status === 0 ? undefined : "(skipped: needs the right to mount)";
  }

  static async mount(sizeBytes: number): Promise<TinyDisk> {
    const directory = await TempDir.create("disk");
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", directory.path]);
    if (mounted.status !== 0) throw new Error(`Cannot mount a tmpfs: ${mounted.stderr.toString()}`);
    return new TinyDisk(directory);
  }

  file(name: string): string {
    return this.#directory.file(name);
  }

  /** Whether the folder `name` holds an object. */
  async has(name: string): Promise<boolean> {
    return (await objectsIn(this.file(name))).size > 0;
  }

  async lines(name: string): Promise<string[]> {
    return linesOf(await objectsIn(this.file(name)));
  }

  /** Writes until nothing goes in any more. */
  async fill(): Promise<void> {
    const file = await open(join(this.#directory.path, "filler"), "w");
    const block = new Uint8Array(4096);
    try {
      while ((await file.write(block)).bytesWritten === block.byteLength);
    } catch {
      // Full.
    } finally {
      await file.close();
    }
  }

  async free(): Promise<void> {
    await rm(join(this.#directory.path, "filler"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (existsSync(this.#directory.path)) spawnSync("umount", ["--lazy", this.#directory.path]);
    await this.#directory[Symbol.asyncDispose]();
  }
}
