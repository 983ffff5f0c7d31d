import { HeldFolder } from "../lib/held-folder.ts";
import { randomHex } from "../lib/random-hex.ts";

/** Who can read it, may see the texts on the live page: root and the agent's own user. */
export const LIVE_TOKEN_FILE = "live-token";
const TOKEN_BYTES = 16;

/** A secret of this start, 32 hex digits, written into the agent's folder (0600). Throws the system's error. */
export function writeLiveToken(folder: HeldFolder): string {
  const token = randomHex(TOKEN_BYTES);
  folder.replaceFile(LIVE_TOKEN_FILE, token);
  return token;
}

/** The secret of the agent whose folder is `path`; undefined for who may not read it, and where there is none. */
export function readLiveToken(path: string): string | undefined {
  let folder: HeldFolder | undefined;
  try {
    folder = HeldFolder.findTrusted(`"${path}"`, path);
    const token = folder.readText(LIVE_TOKEN_FILE);
    return /^[0-9a-f]+$/.test(token) ? token : undefined;
  } catch {
    return undefined;
  } finally {
    folder?.close();
  }
}
