import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A fresh directory that is gone when the `using` block ends. */
export class TemporaryDirectory implements Disposable {
  readonly path: string;

  constructor(name = "warp-telemetry-") {
    this.path = mkdtempSync(join(tmpdir(), name));
  }

  file(...parts: readonly string[]): string {
    return join(this.path, ...parts);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
