import { Child, type ChildOptions } from "./child.ts";

/**
 * A hostile job: programs under a user of their own, with no rights, beside an agent that runs as root. Needs root and
 * util-linux; where either is missing, {@link cannotPlayJob} says so and the tests are skipped with that reason.
 */
export const JOB_UID = 4242;

/** The system's own programs: what else is in PATH may lie in a folder of root. */
const JOB_PATH = "/usr/local/bin:/usr/bin:/bin";

const AS_JOB = [
  "setpriv",
  `--reuid=${JOB_UID}`,
  `--regid=${JOB_UID}`,
  "--clear-groups",
  "--no-new-privs",
  "--inh-caps=-all",
  "--",
];

/** A command that runs what follows with `folder` in the place of /var/lib, in which an agent of root has its safe place. */
export function withVarLib(folder: string): readonly string[] {
  return ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /var/lib && exec "$@"', folder];
}

/** Why this machine cannot play a hostile job beside an agent of root; undefined when it can. */
export function cannotPlayJob(): string | undefined {
  if (process.platform !== "linux") return "it takes Linux";
  if (process.getuid?.() !== 0) return "it takes root";
  if (Bun.which("setpriv") === null || Bun.which("unshare") === null)
    return "it takes setpriv and unshare (util-linux)";
  if (Bun.which("python3", { PATH: JOB_PATH }) === null) return `it takes a python3 in ${JOB_PATH}`;
  const tried = Bun.spawnSync([...AS_JOB, "true"], { stdout: "ignore", stderr: "ignore" });
  return tried.exitCode === 0 ? undefined : "setpriv may not change the user here";
}

/** For `describe.skipIf(needsJob().missing)(needsJob().title("…"), …)`, as `needs` of built.ts. */
export function needsJob(): { readonly missing: boolean; title(name: string): string } {
  const reason = cannotPlayJob();
  return {
    missing: reason !== undefined,
    title: (name) => (reason === undefined ? name : `${name} (skipped: ${reason})`),
  };
}

/** Starts a command as the job. `await using` ends it and whatever it started. */
export function startJob(command: readonly string[], options?: ChildOptions): Child {
  return new Child([...AS_JOB, ...command], { environment: { PATH: JOB_PATH }, ...options });
}

/** Runs a command as the job to its end and returns what it wrote; its exit code is not looked at. */
export async function runJob(command: readonly string[], timeoutMs = 10_000): Promise<string> {
  await using child = startJob(command);
  await child.ended(timeoutMs);
  return child.output;
}
