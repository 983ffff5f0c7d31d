import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own for one test; `await using` removes it with all that is in it. */
export class TempDir implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(label = "test"): Promise<TempDir> {
    return new TempDir(await mkdtemp(join(tmpdir(), `warp-telemetry-${label}-`)));
  }

  /** The path of `name` in it. */
  file(...name: string[]): string {
    return join(this.path, ...name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
