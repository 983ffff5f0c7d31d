import type { UserIds } from "../lib/libc.ts";
import { findTool } from "./search-path.ts";

/** Starts a command and tells whether it ended with 0. Never rejects. */
export type Probe = (command: readonly string[]) => Promise<boolean>;

/** What stands before the collector's command. */
export interface Launcher {
  /** Each word group replaces itself by the command behind it, so the process id stays. */
  readonly prefix: readonly string[];
  /** The collector runs as the user that was asked for; false when this machine cannot change it. */
  readonly changesUser: boolean;
}

/**
 * Below every process of the job (default 0), above nothing: the collector may be late, the job may not.
 */
const NICENESS = "10";
/** Out of memory? Then the collector goes first, before any process of the job (default 0) and before us. */
const OOM_SCORE = "500";
/** Long enough for a machine that is busy with its own start: what fails here is done without. */
const PROBE_MAX_MS = 5000;

/**
 * Priorities must be set before the program runs: setting them on a running Go program changes one of its threads. They
 * come before the change of the user, which gives up the rights that a system may want for them.
 */
const PRIORITIES: readonly (readonly string[])[] = [
  ["nice", "-n", NICENESS],
  ["ionice", "-c", "3"],
  ["choom", "-n", OOM_SCORE, "--"],
];
/** The kernel ends the child when we die, however we die. Last, because a change of the user takes that back. */
const DIES_WITH_US = ["setpriv", "--pdeathsig", "TERM", "--"];
/** Nothing that it starts gets more rights than it has: a file with the setuid bit is an ordinary file to it. */
const NO_NEW_RIGHTS = ["setpriv", "--no-new-privs", "--"];

/**
 * The words to put before the collector's command: of `nice`, `ionice`, `choom` and `setpriv` those that this machine
 * has and that work here (busybox's setpriv knows no `--pdeathsig`; a sandbox may forbid the rest).
 */
export async function launcherFor(user: UserIds | undefined, probe: Probe): Promise<Launcher> {
  if (process.platform === "win32") return { prefix: [], changesUser: user === undefined };
  const works = async (words: readonly string[]): Promise<readonly string[]> =>
    (await probe([...words, "true"])) ? words : [];
  const changes = user === undefined ? [NO_NEW_RIGHTS] : changesTo(user);
  const [priorities, rights, end] = await Promise.all([
    Promise.all(PRIORITIES.map(works)),
    Promise.all(changes.map(works)).then((all) => all.find((words) => words.length > 0) ?? []),
    works(DIES_WITH_US),
  ]);
  const isChanged = user === undefined || rights.length > 0;
  const rest = isChanged ? rights : await works(NO_NEW_RIGHTS);
  return { prefix: [...priorities.flat(), ...rest, ...end], changesUser: isChanged };
}

/** The user with no capability at all; the second way where the bounding set cannot be emptied (no CAP_SETPCAP). */
function changesTo({ uid, gid, groups = [] }: UserIds): readonly (readonly string[])[] {
  const ids = ["setpriv", `--reuid=${uid}`, `--regid=${gid}`];
  const supplementary = groups.length === 0 ? "--clear-groups" : `--groups=${groups.join(",")}`;
  const rights = ["--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all"];
  return [
    [...ids, supplementary, ...rights, "--bounding-set=-all", "--"],
    [...ids, supplementary, ...rights, "--"],
  ];
}

/** The real {@link Probe}, with the PATH of `environment`: gives up on a command after {@link PROBE_MAX_MS}. */
export function probeWith(environment: Readonly<Record<string, string>>): Probe {
  return async ([program = "", ...rest]) => {
    const file = findTool(program, environment["PATH"] ?? "");
    if (file === undefined) return false;
    try {
      const child = Bun.spawn([file, ...rest], {
        env: environment,
        cwd: "/",
        stdio: ["ignore", "ignore", "ignore"],
        timeout: PROBE_MAX_MS,
      });
      return (await child.exited) === 0;
    } catch {
      return false;
    }
  };
}
