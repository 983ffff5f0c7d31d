import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/**
 * What a run leaves in the lock file for the next one. `endedWell` is false from start to stop: still false at the next
 * start means that the run ended in a crash. What follows it helps to say why.
 */
const RunRecord = Type.Object({
  id: Type.Optional(Type.String()),
  pid: Type.Integer(),
  memoryKind: Type.Union([Type.Literal("mapped"), Type.Literal("written")]),
  endedWell: Type.Boolean(),
  lastSeconds: Type.Record(Type.String(), Type.Integer()),
  /** Of the machine when the run began, see `BootMark` in lib/. */
  bootId: Type.Optional(Type.String()),
  monotonicUs: Type.Optional(Type.Integer()),
  oomKills: Type.Optional(Type.Integer()),
  /** What the run said itself before it ended without an orderly stop. */
  lastWords: Type.Optional(
    Type.Object({ kind: Type.Union([Type.Literal("crash"), Type.Literal("signal")]), text: Type.String() }),
  ),
});
export type RunRecord = Readonly<Static<typeof RunRecord>>;

/** More than the longest record has. */
export const RUN_RECORD_BYTES = 512;

/** Characters of the last words: a name of an error and its message. Each takes two bytes at most. */
const LAST_WORDS_MAX_CHARS = 80;

/** The text as the record may hold it: short, and ASCII, so that its length is known. */
export function recordedText(text: string): string {
  return text.replaceAll(/[^ -~]+/g, " ").slice(0, LAST_WORDS_MAX_CHARS);
}

/** Reads the content of a lock file; undefined when it is something else. */
export function parseRunRecord(content: Buffer): RunRecord | undefined {
  try {
    const record: unknown = JSON.parse(content.toString());
    return Value.Check(RunRecord, record) ? record : undefined;
  } catch {
    return undefined;
  }
}
