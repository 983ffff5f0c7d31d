/**
 * `bun run ok`: everything that must be right before a commit, the quick things first. Format, lint, types, build with a
 * smoke run, tests (the import table and the golden files among them). Stops at the first that is not.
 */
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const BUN = process.execPath;
const SOURCES = [
  "src",
  "test",
  "build.ts",
  "package.json",
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
];

const STEPS: readonly (readonly [what: string, command: readonly string[]])[] = [
  ["format", [BUN, "fmt", "--no-script", "--check", ...SOURCES]],
  ["lint", [join(ROOT, "node_modules/.bin/oxlint"), "--type-aware", "src", "test", "build.ts"]],
  ["types", [BUN, "check"]],
  ["build", [BUN, "build.ts"]],
  ["smoke", [join(ROOT, "dist/warp-telemetry"), "--version"]],
  ["tests", [BUN, "test/support/run-tests.ts"]],
];

for (const [what, command] of STEPS) {
  process.stderr.write(`\n── ${what}\n`);
  const { exitCode } = Bun.spawnSync([...command], { cwd: ROOT, stdout: "inherit", stderr: "inherit" });
  if (exitCode !== 0) {
    process.stderr.write(`\nnot ok: ${what}\n`);
    process.exit(1);
  }
}
process.stderr.write("\nok\n");
