import { open } from "node:fs/promises";
import { TempDir } from "../support/temp-dir.ts";

const BLOCK_BYTES = 8 * 1024 * 1024;

/**
 * Uses `mib` MiB of page cache and gives them back. On a virtual machine the first use of a page is a fault on the host
 * and ten times as dear as copying it: it would be charged to whichever target writes its files first.
 */
export async function warmMemory(mib: number): Promise<void> {
  await using directory = await TempDir.create("warm");
  const file = await open(directory.file("pages"), "w");
  const block = new Uint8Array(BLOCK_BYTES);
  try {
    for (let bytes = 0; bytes < mib * 1024 * 1024; bytes += BLOCK_BYTES) await file.write(block);
  } finally {
    await file.close();
  }
}
