/** The client programs, made from their pinned sources once and kept under dist/tools by what they were made of. */
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

const TOOLS = join(import.meta.dir, "../../dist/tools");
const PYTHON = join(import.meta.dir, "python");
const GO = join(import.meta.dir, "go");
const PROGRESS_EVERY_MS = 5000;

/** Why there can be no Python client on this machine, or undefined. */
export function pythonMissing(): string | undefined {
  if (Bun.which("python3") === null) return "there is no python3";
  // Debian has these two in packages of their own.
  const probe = Bun.spawnSync(["python3", "-c", "import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 10))"]);
  return probe.exitCode === 0 ? undefined : "python3 is older than 3.10 or without venv";
}

export function goMissing(): string | undefined {
  return Bun.which("go") === null ? "there is no go" : undefined;
}

/** The command that runs the Python client. Installs its packages the first time. */
export async function pythonClient(): Promise<readonly string[]> {
  return [await officialPython(), join(PYTHON, "client.py")];
}

/** A Python that has the official exporters, and with them the official message types. Installs them the first time. */
export async function officialPython(): Promise<string> {
  const venv = await pythonVenv(
    "python-client",
    "a Python with the official exporters",
    join(PYTHON, "requirements.txt"),
  );
  // Not by its own path: a venv knows where it was made, its python does not mind being moved.
  return join(venv, "bin/python");
}

/** The folder of a Python environment with the packages of a requirements file, `what`. Installs them the first time. */
export async function pythonVenv(name: string, what: string, requirements: string): Promise<string> {
  const venv = join(TOOLS, `${name}-${hashOf(requirements)}`);
  await made(venv, what, async (scratch) => {
    await run(["python3", "-m", "venv", scratch]);
    const pip = [join(scratch, "bin/python"), "-m", "pip", "install", "--no-deps", "--quiet"];
    await run([...pip, "--disable-pip-version-check", "--requirement", requirements]);
  });
  return venv;
}

/** The command that runs the Go client. Compiles it the first time. */
export async function goClient(): Promise<readonly string[]> {
  const hash = hashOf(join(GO, "go.sum"), join(GO, "go.mod"), join(GO, "main.go"));
  const program = join(TOOLS, `go-client-${hash}`);
  await made(program, "the Go client", (scratch) =>
    run(["go", "build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-o", scratch, "."], GO),
  );
  return [program];
}

/** Makes `path` under another name first, so that a cut-off run leaves nothing that looks complete. */
async function made(path: string, what: string, make: (scratch: string) => Promise<void>): Promise<void> {
  if (existsSync(path)) return;
  await mkdir(TOOLS, { recursive: true });
  const scratch = `${path}.${process.pid}`;
  const startedAtMs = performance.now();
  const say = (words: string): void => {
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(0);
    process.stderr.write(`${words} ${what} (${seconds} s)\n`);
  };
  say("making");
  const progress = setInterval(() => say("  … still making"), PROGRESS_EVERY_MS);
  try {
    await make(scratch);
    renameSync(scratch, path);
  } finally {
    clearInterval(progress);
    rmSync(scratch, { recursive: true, force: true });
  }
  say("made");
}

async function run(command: readonly string[], directory = TOOLS): Promise<void> {
  const step = Bun.spawn([...command], { cwd: directory, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const words = await new Response(step.stderr).text();
  if ((await step.exited) !== 0) throw new Error(`Cannot make a client: ${command.join(" ")} said\n${words}`);
}

function hashOf(...files: readonly string[]): string {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const file of files) hasher.update(readFileSync(file));
  return hasher.digest("hex").slice(0, 12);
}
