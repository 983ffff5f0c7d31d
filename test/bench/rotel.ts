/** Rotel, a collector in Rust, from PyPI: the peer that discards beside us. */
import { Glob } from "bun";
import { join } from "node:path";
import { pythonMissing, pythonVenv } from "../clients/programs.ts";

const REQUIREMENTS = join(import.meta.dir, "rotel-requirements.txt");

let program: string | undefined;

/** Installs it into dist/tools the first time. Resolves to its name and version, or to why it cannot be had here. */
export async function installRotel(): Promise<{ readonly version: string } | { readonly missing: string }> {
  const pythonLacks = pythonMissing();
  if (pythonLacks !== undefined) return { missing: pythonLacks };
  try {
    const venv = await pythonVenv("rotel", "rotel", REQUIREMENTS);
    const [file] = new Glob("lib/*/site-packages/rotel/rotel-agent").scanSync(venv);
    if (file === undefined) return { missing: "its package has no program for this machine" };
    program = join(venv, file);
    return { version: (await Bun.file(REQUIREMENTS).text()).trim().replace("==", " ") };
  } catch (error) {
    return { missing: error instanceof Error ? (error.message.split("\n").at(-1) ?? "") : String(error) };
  }
}

/** The installed program. Throws before {@link installRotel} has worked. */
export function rotel(): string {
  if (program === undefined) throw new Error("Cannot start rotel: it is not installed");
  return program;
}
