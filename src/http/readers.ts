const ROOT = 0;

/**
 * Of the users `uids`, the first one who may not see texts of a job: all but root, our own user and `readerUids`. Undefined
 * when all may.
 */
export function strangerAmong(uids: readonly number[], readerUids: readonly number[]): number | undefined {
  const readers = new Set([ROOT, process.geteuid?.(), ...readerUids]);
  return uids.find((uid) => !readers.has(uid));
}
