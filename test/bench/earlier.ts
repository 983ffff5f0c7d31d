import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const TOOLS = join(ROOT, "dist/tools");

/** The executable of an earlier commit, built into dist/tools the first time; or why it cannot be had here. */
export async function earlierExecutable(
  commit: string,
): Promise<{ readonly executable: string } | { readonly missing: string }> {
  const folder = join(TOOLS, `commit-${commit}`);
  const executable = join(folder, "dist/warp-telemetry");
  if (existsSync(executable)) return { executable };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { stdout, exitCode } = Bun.spawnSync(["git", "archive", commit], { cwd: ROOT });
  if (exitCode !== 0) return { missing: `commit ${commit} is not in this clone` };
  for (const command of [
    ["tar", "-x"],
    [process.execPath, "install", "--frozen-lockfile"],
    [process.execPath, "build.ts"],
  ]) {
    const step = Bun.spawnSync(command, { cwd: folder, stdin: command[0] === "tar" ? stdout : "ignore" });
    if (step.exitCode !== 0) return { missing: `${command.join(" ")} ended with ${step.exitCode}` };
  }
  return { executable };
}
