import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./gates.ts";

/** Folders whose tests start the built programs, real clients or a whole agent, or send it whatever they find. */
const NOT_UNIT: readonly string[] = ["boot", "chaos", "clients", "conformance", "e2e", "fuzz", "security"];

/** Files that take longer than all other unit tests together. */
const LONG: ReadonlySet<string> = new Set([
  "test/collector/otelcol.test.ts",
  "test/library.test.ts",
  "test/page/browser.test.ts",
  "test/page/report.test.ts",
  "test/page/traces.test.ts",
  "test/runner/runner-logs.test.ts",
]);
/** They measure what the agent tells of a machine, or make it busy to see what is told. */
const OF_THIS_MACHINE: ReadonlySet<string> = new Set([
  "test/host/container.test.ts",
  "test/host/pressure-of-this-machine.test.ts",
  "test/host/processes-of-this-machine.test.ts",
  "test/host/this-machine.test.ts",
]);
/** As LONG, of tests that compute and nothing else. */
export const SEARCHES: ReadonlySet<string> = new Set([
  "test/otlp/official-types.test.ts",
  "test/otlp/plain-codec.test.ts",
  "test/otlp/properties.test.ts",
  "test/otlp/python-oracle.test.ts",
  "test/report/perfetto.test.ts",
  "test/ring/crash.test.ts",
]);

const NEEDS_A_PROGRAM = /^import .*\/built\.ts";$/m;

/** The files of all tests, each in one of the lists, relative to the root of the repository. */
export interface TestFiles {
  /** They need nothing but the source. */
  readonly unit: readonly string[];
  /** They mostly wait, for minutes. */
  readonly chaos: readonly string[];
  readonly searches: readonly string[];
  /** Some of them measure how long an answer takes, so nothing may run beside them. */
  readonly others: readonly string[];
}

export function testFiles(): TestFiles {
  const files = allTestFiles();
  const filesOf = (list: keyof TestFiles): readonly string[] => files.filter((file) => listOf(file) === list);
  return { unit: filesOf("unit"), chaos: filesOf("chaos"), searches: filesOf("searches"), others: filesOf("others") };
}

export function allTestFiles(): readonly string[] {
  return readdirSync(join(ROOT, "test"), { recursive: true })
    .map((file) => join("test", String(file)))
    .filter((file) => file.endsWith(".test.ts"))
    .toSorted();
}

function listOf(file: string): keyof TestFiles {
  if (SEARCHES.has(file)) return "searches";
  if (isIn("chaos", file)) return "chaos";
  if (LONG.has(file) || OF_THIS_MACHINE.has(file) || NOT_UNIT.some((folder) => isIn(folder, file))) return "others";
  return NEEDS_A_PROGRAM.test(readFileSync(join(ROOT, file), "utf8")) ? "others" : "unit";
}

function isIn(folder: string, file: string): boolean {
  return file.startsWith(join("test", folder, "/"));
}
