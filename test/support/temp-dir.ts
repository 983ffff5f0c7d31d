import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of its own for one test; `using` or `await using` removes it with all that is in it. */
export class TempDir implements Disposable, AsyncDisposable {
  readonly path: string;

  constructor(label = "test") {
    this.path = mkdtempSync(join(tmpdir(), `warp-telemetry-${label}-`));
  }

  static create(label?: string): Promise<TempDir> {
    return Promise.resolve(new TempDir(label));
  }

  /** The path of `name` in it. */
  file(...name: string[]): string {
    return join(this.path, ...name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this[Symbol.dispose]();
    return Promise.resolve();
  }
}
