const TRACE_CHARS = 32;
const SPAN_CHARS = 16;

/** What all machines of one run of a workflow know of it. */
export interface RunKey {
  /** `https://github.com`, or that of a GitHub server of one's own. */
  readonly serverUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly runId: string;
  /** Begins at 1. */
  readonly attempt: string;
}

/** The trace of a run: 16 bytes as hex, the same on every machine and at every try. */
export function traceIdOf({ serverUrl, repository, runId, attempt }: RunKey): string {
  return digest("trace", serverUrl.replace(/\/+$/, "").toLowerCase(), repository, runId, attempt).slice(0, TRACE_CHARS);
}

/** The trace of a job of which no run is known: `parts` tell it from others. */
export function ownTraceIdOf(...parts: readonly string[]): string {
  return digest("own trace", ...parts).slice(0, TRACE_CHARS);
}

/** The span of a job, or with `stepId` of one of its steps: eight bytes as hex. The letters of ids count as small ones. */
export function spanIdOf(traceId: string, jobId: string, stepId?: string): string {
  const parts = [traceId, jobId, ...(stepId === undefined ? [] : [stepId])].map((part) => part.toLowerCase());
  return digest("span", ...parts).slice(0, SPAN_CHARS);
}

function digest(...parts: readonly string[]): string {
  return new Bun.CryptoHasher("sha256").update(JSON.stringify(parts)).digest("hex");
}
