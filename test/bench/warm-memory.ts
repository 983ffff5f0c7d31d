import { freemem } from "node:os";

const CHUNK_MIB = 256;
/** Left alone, so that nothing of the machine is pushed out. */
const SPARED_MIB = 2048;

/**
 * Touches `mib` MiB of memory, at most what is free but 2 GiB, in a process of its own and gives them back. On a virtual
 * machine the first touch of a page is a fault on the host, ten times as dear as copying the page: it would be charged to
 * whichever target comes first. Resolves to the MiB touched.
 */
export async function warmMemory(mib: number): Promise<number> {
  const chunks = Math.max(0, Math.floor(Math.min(mib, freemem() / 2 ** 20 - SPARED_MIB) / CHUNK_MIB));
  const code = `const all = []; for (let n = 0; n < ${chunks}; n++) all.push(new Uint8Array(${CHUNK_MIB * 2 ** 20}).fill(1));`;
  const child = Bun.spawn([process.execPath, "-e", code], { stdout: "ignore", stderr: "pipe" });
  const words = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(`Cannot warm ${chunks * CHUNK_MIB} MiB of memory: ${words}`);
  return chunks * CHUNK_MIB;
}
