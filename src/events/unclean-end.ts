import type { BootMark } from "../lib/boot-mark.ts";
import type { EndedRun, KernelWitness } from "./ended-run.ts";
import { EVENTS, type Event } from "./event.ts";

/**
 * Why the last run ended. `crash`, `signal`: it said so itself. `oom_kill`, `fault`: the kernel's log says so.
 * `machine_restarted`: the machine has booted since, and nobody has seen what came first. `unknown`: something ended the
 * process alone; SIGKILL leaves no trace.
 */
export type EndCause = "crash" | "signal" | "oom_kill" | "fault" | "machine_restarted" | "unknown";

const WORDS: Readonly<Record<EndCause, string>> = {
  crash: "it met an error that it had not foreseen",
  signal: "a second signal ended it before its stop was done",
  oom_kill: "the kernel killed it for memory",
  fault: "the kernel noted a fault of it",
  machine_restarted: "the machine has been started anew since, and nothing says why",
  unknown: "nothing says why",
};

/** All that is known of it. */
export interface EndFacts {
  readonly run: EndedRun;
  /** The moment of this start. */
  readonly now: BootMark;
  /** Undefined when the kernel's log cannot be read, or is of another boot, or counts processes otherwise. */
  readonly witness: KernelWitness | undefined;
  /** Of the base directory, now; undefined when it is not known. */
  readonly freeBytes: number | undefined;
}

/** The event that says why the last run ended without an orderly stop, and no more than was seen. Pure. */
export function uncleanEnd({ run, now, witness, freeBytes }: EndFacts): Event {
  const isSameBoot = sameBoot(run, now);
  const cause = causeOf(run, isSameBoot, witness);
  const { oomKill } = witness ?? {};
  return {
    kind: EVENTS.uncleanEnd,
    text: `The last run of the agent ended without an orderly stop: ${WORDS[cause]}`,
    attributes: {
      cause,
      "process.pid": run.pid,
      same_boot: isSameBoot,
      last_words: run.lastWords?.text,
      kernel_log_was_read: witness !== undefined,
      anon_rss_bytes: oomKill?.anonRssBytes,
      limit_cgroup: oomKill?.limitCgroup,
      limit_bytes: oomKill?.limitBytes,
      oom_kills_meanwhile: isSameBoot === true ? difference(now.oomKills, run.oomKills) : undefined,
      disk_free_bytes: freeBytes,
    },
  };
}

/** Undefined when one of the two is not known. */
export function sameBoot(run: BootMark, now: BootMark): boolean | undefined {
  return run.bootId === undefined || now.bootId === undefined ? undefined : run.bootId === now.bootId;
}

function causeOf(
  { lastWords }: EndedRun,
  isSameBoot: boolean | undefined,
  witness: KernelWitness | undefined,
): EndCause {
  if (lastWords !== undefined) return lastWords.kind;
  if (witness?.oomKill !== undefined) return "oom_kill";
  if (witness?.hasFault === true) return "fault";
  return isSameBoot === false ? "machine_restarted" : "unknown";
}

/** In every container of the machine: ours need not be among them. */
function difference(now: number | undefined, before: number | undefined): number | undefined {
  return now === undefined || before === undefined ? undefined : now - before;
}
