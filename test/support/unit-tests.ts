import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./gates.ts";

/** Folders whose tests start the built programs, real clients or a whole agent, or send it whatever they find. */
const NOT_UNIT: readonly string[] = ["boot", "chaos", "clients", "conformance", "e2e", "fuzz", "security"];

/** Files that take longer than all others together. `bun run ok` has them. */
const LONG: ReadonlySet<string> = new Set([
  "test/collector/otelcol.test.ts",
  "test/library.test.ts",
  "test/otlp/official-types.test.ts",
  "test/otlp/plain-codec.test.ts",
  "test/otlp/python-oracle.test.ts",
  "test/page/browser.test.ts",
  "test/page/report.test.ts",
  "test/page/traces.test.ts",
  "test/report/perfetto.test.ts",
  "test/ring/crash.test.ts",
  "test/runner/runner-logs.test.ts",
]);

const NEEDS_A_PROGRAM = /^import .*\/built\.ts";$/m;

/** The files of the tests that need nothing but the source, relative to the root of the repository. */
export function unitTests(): readonly string[] {
  return readdirSync(join(ROOT, "test"), { recursive: true })
    .map((file) => join("test", String(file)))
    .filter((file) => file.endsWith(".test.ts"))
    .filter((file) => !NOT_UNIT.some((folder) => file.startsWith(join("test", folder, "/"))))
    .filter((file) => !LONG.has(file) && !NEEDS_A_PROGRAM.test(readFileSync(join(ROOT, file), "utf8")))
    .toSorted();
}
