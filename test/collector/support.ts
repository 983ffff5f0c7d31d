import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CollectorOptions } from "../../src/collector/options.ts";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import type { FakeMode } from "../support/fake-collector.ts";

const FAKE_COLLECTOR = join(import.meta.dir, "..", "support", "fake-collector.ts");

/** Of the collector's output, in bytes. */
export const OUTPUT_MAX_BYTES = 64 * 1024;

/** A program in `folder` that behaves as `mode` says. */
export function fakeProgram(folder: string, mode: FakeMode): string {
  const path = join(folder, `otelcol-${mode}`);
  writeFileSync(path, `#!/bin/sh\nexec "${Bun.which("bun") ?? "bun"}" "${FAKE_COLLECTOR}" ${mode} "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

/** What the collector of a test says of where it runs. */
export const RESOURCE = {
  "host.name": "runner-1",
  "service.name": "warpbuild-agent",
  "telemetry.version": "1.2.3",
  "telemetry.vm_os": process.platform,
};

/** Options of a supervisor all of whose files are in `folder`, and which finds no real log of this machine. */
export function optionsIn(folder: string, more: Partial<CollectorOptions> = {}): CollectorOptions {
  return {
    home: HeldFolder.open(folder),
    baseDirectory: folder,
    receiverHost: "127.0.0.1",
    receiverPort: 9,
    requestMaxBytes: 16 * 1024 * 1024,
    configFiles: [],
    environmentNames: [],
    environment: { PATH: Bun.env["PATH"] },
    intervalMs: 1000,
    resource: RESOURCE,
    outputMaxBytes: OUTPUT_MAX_BYTES,
    executableDirectory: join(folder, "bin"),
    syslogPath: join(folder, "syslog"),
    // Its own user could not read the test's folders, nor start the fake's interpreter.
    user: "root",
    ...more,
  };
}
