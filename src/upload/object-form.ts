import { type Compression, type ObjectForm, type ObjectSuffix, type Stream } from "../pipeline.ts";
import { compressorOf } from "./compress.ts";
import { foldersOf } from "./object-key.ts";

/**
 * Decides the form of the object that a batch becomes, when it is sealed. `oldestAtMs`: when its oldest line came, in
 * monotonic ms, `-Infinity` for one of an earlier run.
 */
export type FormOf = (stream: Stream, oldestAtMs: number) => ObjectForm;

export interface ObjectFormOptions {
  /** A template that `wantedObjectKey` lets pass. */
  readonly key: string;
  readonly suffix: ObjectSuffix;
  readonly compression: Compression;
  /** Tells this machine from others. */
  readonly agentName: string;
}

/** `runSince` says in which CI run the lines were made that came from then on; undefined when that is not known. */
export function objectForms(
  { key, suffix, compression, agentName }: ObjectFormOptions,
  runSince: (oldestAtMs: number) => string | undefined,
): FormOf {
  return (stream, oldestAtMs) => ({
    folder: foldersOf(key, { stream, agent: agentName, run: runSince(oldestAtMs) }),
    suffix,
    compression,
    compressor: compressorOf(compression),
  });
}
