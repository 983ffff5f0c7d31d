import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/**
 * What a run leaves in the lock file for the next one. `endedWell` is false from start to stop: still false at the next
 * start means that the run ended in a crash.
 */
const RunRecord = Type.Object({
  id: Type.Optional(Type.String()),
  pid: Type.Integer(),
  memoryKind: Type.Union([Type.Literal("mapped"), Type.Literal("written")]),
  endedWell: Type.Boolean(),
  lastSeconds: Type.Record(Type.String(), Type.Integer()),
});
export type RunRecord = Readonly<Static<typeof RunRecord>>;

/** More than the longest record has. */
export const RUN_RECORD_BYTES = 512;

/** Reads the content of a lock file; undefined when it is something else. */
export function parseRunRecord(content: Buffer): RunRecord | undefined {
  try {
    const record: unknown = JSON.parse(content.toString());
    return Value.Check(RunRecord, record) ? record : undefined;
  } catch {
    return undefined;
  }
}
