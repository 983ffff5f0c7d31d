import { type Batch, PLAIN_FORM } from "../pipeline.ts";
import type { Slot } from "./layout.ts";
import { objectFolder, objectName } from "./object-name.ts";

/** The batch that a slot keeps; `slices` gives the bytes between two positions. */
export function sealedBatch(
  { sealed, stream, tail }: Slot,
  slices: (from: number, to: number) => Batch["slices"],
): Batch | undefined {
  if (sealed === null) return undefined;
  const { form = PLAIN_FORM } = sealed;
  return {
    stream,
    name: objectName(sealed.second, stream, form),
    lines: sealed.lines,
    bytes: sealed.end - tail,
    slices: slices(tail, sealed.end),
    place: sealed.place,
    folder: objectFolder(sealed.second, form),
    compression: form.compression,
    compressor: form.compressor,
    crc32: sealed.crc32,
    wasAttempted: sealed.isSent,
  };
}
