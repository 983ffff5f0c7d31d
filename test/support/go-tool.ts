import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Go programs that tests need, built once from the Go module proxy into `dist/tools/`. Tests never install: they ask
 * {@link goToolPath} and skip when it is not there; `bun run test` installs first.
 */
export interface GoTool {
  readonly name: string;
  /** Import path of the command. */
  readonly path: string;
  readonly version: string;
}

/** A real S3 server: keeps objects as plain files, checks signatures, expiry and conditions. */
export const VERSITYGW: GoTool = {
  name: "versitygw",
  path: "github.com/versity/versitygw/cmd/versitygw",
  version: "v1.8.0",
};

const TOOLS_DIRECTORY = join(import.meta.dir, "../../dist/tools");
const PROGRESS_EVERY_MS = 5000;

/** Where the program is once it is installed. The version is in the name: another version is another file. */
export function goToolFile(tool: GoTool): string {
  return join(TOOLS_DIRECTORY, `${tool.name}-${tool.version}`);
}

/** The installed program, or undefined. */
export function goToolPath(tool: GoTool): string | undefined {
  const file = goToolFile(tool);
  return existsSync(file) ? file : undefined;
}

/**
 * Builds `tool` with the machine's Go unless it is there. Calls `log` at least every 5 s while it works. Throws, with
 * Go's own output, when Go is missing or the build fails. A cut-off build leaves nothing that looks complete.
 */
export async function installGoTool(tool: GoTool, log: (line: string) => void): Promise<string> {
  const file = goToolFile(tool);
  if (existsSync(file)) return file;
  if (Bun.which("go") === null) {
    throw new Error(`Cannot build ${tool.name}: there is no "go" in PATH, wanted Go 1.26 or newer`);
  }
  const scratch = join(TOOLS_DIRECTORY, `.${tool.name}-${process.pid}`);
  await mkdir(scratch, { recursive: true });
  const startedAt = performance.now();
  const seconds = (): string => `${((performance.now() - startedAt) / 1000).toFixed(0)} s`;
  log(`building ${tool.name} ${tool.version} (about a minute, once)`);
  const progress = setInterval(() => log(`  … ${tool.name}: ${seconds()}`), PROGRESS_EVERY_MS);
  try {
    const go = Bun.spawn(["go", "install", "-trimpath", "-ldflags=-s -w", `${tool.path}@${tool.version}`], {
      env: { ...process.env, GOBIN: scratch, CGO_ENABLED: "0" },
      stdout: "ignore",
      stderr: "pipe",
    });
    const words = await new Response(go.stderr).text();
    if ((await go.exited) !== 0) throw new Error(`Cannot build ${tool.name}: go said\n${words}`);
    await rename(join(scratch, tool.name), file);
  } finally {
    clearInterval(progress);
    await rm(scratch, { recursive: true, force: true });
  }
  log(`built ${tool.name} in ${seconds()}`);
  return file;
}
