import type { Batch } from "../pipeline.ts";

const TYPES = { none: "text/plain", gzip: "application/gzip", zstd: "application/zstd" } as const;

/**
 * The Content-Type of an object. There is no Content-Encoding: some readers go by that header, others by the name, and an
 * object that has both is inflated twice by the one and not at all by the other.
 */
export function contentType({ compression }: Pick<Batch, "compression">): string {
  return TYPES[compression];
}
