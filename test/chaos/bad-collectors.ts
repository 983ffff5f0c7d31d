import { writeFileSync } from "node:fs";

/** A program in the collector's place that does what no collector should. */
export interface BadCollector {
  readonly name: string;
  /** Of a POSIX shell. */
  readonly script: string;
  /** SIGTERM, which the kernel sends it when the agent is killed, does not end it; the next start does. */
  readonly outlivesKill?: boolean;
  /** It writes as fast as it is read. */
  readonly floods?: boolean;
  /** It ends by itself, again and again. */
  readonly crashes?: boolean;
  /**
   * What it started outlives it when the agent is killed, since nobody is left to end the group; or in any case, since
   * it has left the group; or when the agent is killed in the milliseconds between a crash and the end of the group.
   * Processes of a collector's own: the supervisor promises to end its group while it lives.
   */
  readonly leaves?: "after a kill" | "always" | "when killed at a crash";
}

const READY = "echo 'Everything is ready. Begin running and processing data.' >&2";
/** Hundreds of MB a second to both outputs, when somebody reads them. */
const FLOOD = `yes '${"x".repeat(1000)}' & exec yes '${"y".repeat(1000)}' >&2`;
const LONG = "sleep 3600";

export const BAD_COLLECTORS: readonly BadCollector[] = [
  { name: "crashes", script: "echo 'Error: cannot load the configuration' >&2\nexit 1", crashes: true },
  { name: "floods", script: `${READY}\n${FLOOD}`, floods: true },
  { name: "ignores SIGTERM", script: `trap '' TERM\n${READY}\n${LONG}`, outlivesKill: true },
  { name: "has a child that holds the pipe", script: `${LONG} &\n${READY}\nexec ${LONG}`, leaves: "after a kill" },
  {
    name: "crashes, its child holds the pipe",
    script: `${LONG} &\nexit 1`,
    crashes: true,
    leaves: "when killed at a crash",
  },
  {
    name: "has a child outside of its group",
    // Asked for its components it has none: else there were two of these children.
    script: `[ "$1" = components ] && exit\nsetsid ${LONG} &\n${READY}\nexec ${LONG}`,
    leaves: "always",
  },
  {
    name: "floods, ignores SIGTERM, has a child",
    script: `trap '' TERM\n${LONG} &\n${READY}\n${FLOOD}`,
    floods: true,
    // The flood itself ends with its reader.
    leaves: "after a kill",
  },
];

/** Makes the program at `path`. */
export function writeBadCollector(path: string, { script }: BadCollector): void {
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}
