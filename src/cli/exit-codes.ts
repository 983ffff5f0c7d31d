/** How the process ends. Users rely on these codes, so they never change their meaning. */
export const EXIT = {
  /** Everything that was accepted is delivered, or there was nothing to do. */
  delivered: 0,
  /** Anything that has no code of its own: a part that cannot start, `status` without a running agent. */
  failed: 1,
  /** The command line or the configuration is wrong, and a restart without a change does not help. */
  usage: 2,
  /** Stopped in order, with lines left in the rings for the next start. */
  linesLeft: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
