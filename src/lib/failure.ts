import { errorText, systemCode } from "./error-text.ts";

/** Why something did not work. */
export interface Failure {
  /** For everybody, `/stats` and `/health` show it: made of codes and of our words, never of what others wrote. */
  readonly reason: string;
  /** What the other side said, for the log alone, which masks it. */
  readonly detail?: string;
}

/** Names of errors that say enough by themselves. Other names may be made of anything. */
const NAMES: ReadonlySet<string> = new Set([
  "AbortError",
  "CredentialsProviderError",
  "ProviderError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TimeoutError",
  "TokenProviderError",
  "TypeError",
]);
const CODE = /^[A-Z][A-Za-z0-9_]{1,60}$/;

/**
 * What was thrown as a failure. An error of the file system is shown as it is, its paths are ours; of every other one
 * only the code or a name that we know.
 */
export function failureOf(error: unknown): Failure {
  const isOfFiles = error instanceof Error && "syscall" in error && "path" in error && systemCode(error) !== undefined;
  if (isOfFiles) return { reason: error.message };
  return { reason: codeOf(error) ?? "an unexpected error", detail: errorText(error) };
}

/** Why a `fetch` rejected: the system's error code where there is one. */
export function networkFailure(error: unknown): Failure {
  const isLate = error instanceof Error && error.name === "TimeoutError";
  return { reason: isLate ? "no answer in time" : (codeOf(error) ?? "the request failed"), detail: errorText(error) };
}

/** The failure, its reason behind some words of ours. */
export function because(words: string, { reason, ...rest }: Failure): Failure {
  return { reason: `${words}: ${reason}`, ...rest };
}

/** The code of an error, or its name. Undefined when neither is one that we know. */
function codeOf(error: unknown): string | undefined {
  const code = systemCode(error);
  if (code !== undefined && CODE.test(code)) return code;
  return error instanceof Error && NAMES.has(error.name) ? error.name : undefined;
}
