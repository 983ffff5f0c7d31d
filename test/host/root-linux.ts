/** Why this machine cannot make namespaces, mounts and cgroups for a test; undefined when it can. */
function missing(): string | undefined {
  if (process.platform !== "linux") return "it takes Linux";
  if (process.getuid?.() !== 0) return "it takes root";
  for (const program of ["unshare", "nsenter", "ip", "mount", "mkfs.ext4"]) {
    if (Bun.which(program) === null) return `it takes ${program}`;
  }
  const tried = Bun.spawnSync(["unshare", "--net", "--mount", "--pid", "--fork", "true"], { stderr: "ignore" });
  return tried.exitCode === 0 ? undefined : "it takes the right to make namespaces";
}

const reason = missing();

/** For `describe.skipIf(needsRoot.missing)(needsRoot.title("…"), …)`, as `needs` of built.ts. */
export const needsRoot = {
  missing: reason !== undefined,
  title: (name: string): string => (reason === undefined ? name : `${name} (skipped: ${reason})`),
};

/** Runs a command to its end and returns what it wrote. Throws when it fails. */
export function run(...command: readonly string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command]);
  if (exitCode !== 0) throw new Error(`Cannot run "${command.join(" ")}": ${stderr.toString()}`);
  return stdout.toString();
}
