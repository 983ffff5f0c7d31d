import { findTool } from "./search-path.ts";

/** Long enough for a machine that is busy with its end. */
const MAX_MS = 2000;

/**
 * Gives a process group the priority of everybody: at a stop the job is over, and the lines that the collector still has
 * to read come before everything else. All threads of all its processes change at once. Does not wait. What the system
 * does not allow, as for an agent that is not root, is done without. `path`: where the tools are looked for.
 */
export function hurryGroup(group: number, path: string): void {
  if (process.platform === "win32") return;
  // Without -n it is the same everywhere; with it some add.
  run(["renice", "0", "-g", String(group)], path);
  run(["ionice", "-c", "2", "-n", "4", "-P", String(group)], path);
}

function run([program = "", ...rest]: readonly string[], path: string): void {
  const file = findTool(program, path);
  if (file === undefined) return;
  try {
    const stdio = ["ignore", "ignore", "ignore"] as const;
    Bun.spawn([file, ...rest], { env: { PATH: path }, cwd: "/", stdio: [...stdio], timeout: MAX_MS });
  } catch {
    // Too many processes, for one: it goes on with the priority that it has.
  }
}
