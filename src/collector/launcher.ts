/** Starts a command and tells whether it ended with 0. Never rejects. */
export type Probe = (command: readonly string[]) => Promise<boolean>;

/**
 * Below every process of the job (default 0), above nothing: the collector may be late, the job may not.
 */
const NICENESS = "10";
/** Out of memory? Then the collector goes first, before any process of the job (default 0) and before us. */
const OOM_SCORE = "500";

/**
 * Each replaces itself by the command behind it, so the process id stays. The first asks the kernel to end the child
 * when we die, however we die. Priorities must be set before the program runs: setting them on a running Go program
 * changes one of its threads. `setpriv` is first because setting a priority could need a right that it would drop.
 */
const LAUNCHERS: readonly (readonly string[])[] = [
  ["setpriv", "--pdeathsig", "TERM", "--"],
  ["nice", "-n", NICENESS],
  ["ionice", "-c", "3"],
  ["choom", "-n", OOM_SCORE, "--"],
];

/**
 * The words to put before the collector's command: of `setpriv`, `nice`, `ionice` and `choom` those that this machine
 * has and that work here (busybox's setpriv knows no `--pdeathsig`; a sandbox may forbid the rest).
 */
export async function launcherPrefix(probe: Probe): Promise<readonly string[]> {
  if (process.platform === "win32") return [];
  const works = await Promise.all(LAUNCHERS.map((launcher) => probe([...launcher, "true"])));
  return LAUNCHERS.filter((_, index) => works[index]).flat();
}

/** The real {@link Probe}: gives up on a command after a second. */
export function probeWith(environment: Readonly<Record<string, string>>): Probe {
  return async ([program = "", ...rest]) => {
    const file = Bun.which(program, { PATH: environment["PATH"] ?? "" });
    if (file === null) return false;
    try {
      const child = Bun.spawn([file, ...rest], {
        env: environment,
        stdio: ["ignore", "ignore", "ignore"],
        timeout: 1000,
      });
      return (await child.exited) === 0;
    } catch {
      return false;
    }
  };
}
