/** What `bun run check`, `ok` and `release:check` are made of. Imports nothing that has to be installed first. */
import { join } from "node:path";

export const ROOT = join(import.meta.dir, "../..");
export const BUN = process.execPath;

/** Something that must be right: a command that says so by its exit code. */
export interface Gate {
  readonly what: string;
  readonly command: readonly string[];
  /** Besides that of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

const FORMATTED = [
  "src",
  "test",
  "build.ts",
  "package.json",
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
];

/** What reads the source and runs nothing of it. Seconds. */
export const STATIC_GATES: readonly Gate[] = [
  { what: "format", command: [BUN, "fmt", "--no-script", "--check", ...FORMATTED] },
  // Bun's own type checker; without the flag it would be our script of that name.
  { what: "types", command: [BUN, "check", "--no-script"] },
  { what: "types of the page", command: [BUN, "check", "--no-script", "-p", "src/page"] },
  { what: "lint", command: [join(ROOT, "node_modules/.bin/oxlint"), "--type-aware", "src", "test", "build.ts"] },
];

/**
 * Runs the gates one after the other and returns the names of those that were not passed: at most one, because the first
 * ends it, unless `goesOn`.
 */
export function runGates(gates: readonly Gate[], { goesOn = false } = {}): readonly string[] {
  const failed: string[] = [];
  for (const { what, command, environment } of gates) {
    process.stderr.write(`\n── ${what}\n`);
    if (!isPassed(command, environment)) failed.push(what);
    if (failed.length > 0 && !goesOn) break;
  }
  return failed;
}

function isPassed(command: readonly string[], environment: Gate["environment"]): boolean {
  try {
    const env = { ...process.env, ...environment };
    return Bun.spawnSync([...command], { cwd: ROOT, env, stdout: "inherit", stderr: "inherit" }).exitCode === 0;
  } catch (error) {
    // A program that is not there.
    process.stderr.write(`${String(error)}\n`);
    return false;
  }
}

/** Ends this process: 0 when nothing failed. */
export function endWith(failed: readonly string[]): never {
  process.stderr.write(failed.length === 0 ? "\nok\n" : `\nnot ok: ${failed.join(", ")}\n`);
  process.exit(failed.length === 0 ? 0 : 1);
}
