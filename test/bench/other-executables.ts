/** Executables to be measured beside the one that is built. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");
const TOOLS = join(ROOT, "dist/tools");
/** What replaces files of the same names in src/http. */
const FIRST_COME = join(import.meta.dir, "first-come");

export type OtherExecutable = { readonly executable: string } | { readonly missing: string };

/** That of an earlier commit, built into dist/tools the first time. */
export function earlierExecutable(commit: string): OtherExecutable {
  const folder = join(TOOLS, `commit-${commit}`);
  const executable = executableIn(folder);
  if (existsSync(executable)) return { executable };
  empty(folder);
  const archive = Bun.spawnSync(["git", "archive", commit], { cwd: ROOT });
  if (archive.exitCode !== 0) return { missing: `commit ${commit} is not in this clone` };
  const unpacked = Bun.spawnSync(["tar", "-x"], { cwd: folder, stdin: archive.stdout });
  return unpacked.exitCode === 0 ? builtIn(folder) : { missing: `tar ended with ${unpacked.exitCode}` };
}

/** That of the source as it is now, but for what is fair to all senders: whoever comes first is served. Throws when it cannot be built. */
export function firstComeExecutable(): string {
  const folder = join(TOOLS, "first-come");
  empty(folder);
  for (const name of ["src", "build.ts", "package.json", "bun.lock", "bunfig.toml", "tsconfig.json"]) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  for (const name of readdirSync(FIRST_COME)) {
    const text = readFileSync(join(FIRST_COME, name), "utf8");
    writeFileSync(
      join(folder, "src/http", name),
      text.replaceAll("../../../src/http/", "./").replaceAll("../../../src/", "../"),
    );
  }
  const built = builtIn(folder);
  if ("missing" in built) throw new Error(`Cannot build what serves whoever comes first: ${built.missing}`);
  return built.executable;
}

function empty(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

function builtIn(folder: string): OtherExecutable {
  for (const args of [["install", "--frozen-lockfile"], ["build.ts"]]) {
    const { exitCode } = Bun.spawnSync([process.execPath, ...args], { cwd: folder });
    if (exitCode !== 0) return { missing: `bun ${args.join(" ")} ended with ${exitCode}` };
  }
  return { executable: executableIn(folder) };
}

function executableIn(folder: string): string {
  return join(folder, "dist/warp-telemetry");
}
