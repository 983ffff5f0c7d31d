import type { Result } from "../job-pipeline.ts";

const RUNNER_RESULTS: Readonly<Record<string, Result>> = {
  succeeded: "success",
  succeededwithissues: "success",
  failed: "failure",
  canceled: "cancellation",
  skipped: "skip",
  abandoned: "error",
};

/** A result in the runner's words; undefined for any other word, and for none. */
export function resultOf(word: string): Result | undefined {
  return RUNNER_RESULTS[word.toLowerCase()];
}

/** The `error.type` of a step that somebody has killed: 128 and SIGKILL's 9. */
export const KILLED = "exit_code_137";

/** Why a step failed, in few words, as `error.type` wants it: an exit code, `timeout`, or `_OTHER`. */
export function errorTypeOf(message: string): string {
  const code = /\bexit code (-?\d{1,10})\b/.exec(message)?.[1];
  if (code !== undefined) return `exit_code_${code}`;
  return /\bhas timed out after\b/.test(message) ? "timeout" : "_OTHER";
}
