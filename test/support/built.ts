import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { goToolPath, VERSITYGW } from "./go-tool.ts";

/**
 * What has been built, and what a test that needs it is called when it has not: a skipped test says in its own name
 * what is missing and how to get it. `bun run test` builds everything first.
 */
const ROOT = join(import.meta.dir, "../..");
const EXECUTABLE = join(ROOT, "dist/warp-telemetry");

export interface Built {
  /** The agent, up to date with src/. */
  readonly executable: string;
  /** The slim collector. */
  readonly collector: string;
  /** The S3 server. */
  readonly s3: string;
}

export type Part = keyof Built;

const REMEDY: Readonly<Record<Part, string>> = {
  executable: "bun run build",
  collector: "bun run build:collector",
  s3: "bun run test",
};

const found: Readonly<Record<Part, string | undefined>> = {
  executable: upToDateExecutable(),
  collector: present(join(ROOT, "dist/otelcol")),
  s3: goToolPath(VERSITYGW),
};

/** The program of `part`. Call it inside a test that {@link needs} guards; throws when it is not built. */
export function built(part: Part): string {
  const path = found[part];
  if (path === undefined) throw new Error(`Cannot run without ${part}: it is not built, run "${REMEDY[part]}"`);
  return path;
}

/**
 * For `describe.skipIf(needs("executable", "s3").missing)(needs(…).title("what it is"), …)`: whether a part is missing,
 * and the title with the reason in it.
 */
export function needs(...parts: readonly Part[]): { readonly missing: boolean; title(name: string): string } {
  const missing = parts.filter((part) => found[part] === undefined);
  const reason = missing.map((part) => `${part} is not built, run "${REMEDY[part]}"`).join("; ");
  return {
    missing: missing.length > 0,
    title: (name) => (reason === "" ? name : `${name} (skipped: ${reason})`),
  };
}

/** An executable older than its sources would prove nothing, and making it anew takes a second. */
function upToDateExecutable(): string | undefined {
  if (!existsSync(EXECUTABLE)) return undefined;
  const builtAtMs = statSync(EXECUTABLE).mtimeMs;
  const sources = [join(ROOT, "build.ts"), join(ROOT, "package.json"), ...filesUnder(join(ROOT, "src"))];
  if (sources.every((file) => statSync(file).mtimeMs <= builtAtMs)) return EXECUTABLE;
  const build = Bun.spawnSync([process.execPath, "build.ts"], {
    cwd: ROOT,
    stdout: "pipe",
    stderr: "pipe",
  });
  if (build.exitCode !== 0) throw new Error(`Cannot build the executable:\n${build.stderr.toString()}`);
  return EXECUTABLE;
}

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(css|html|md|service|sql|ts|ya?ml|wasm)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

function present(file: string): string | undefined {
  return existsSync(file) ? file : undefined;
}
