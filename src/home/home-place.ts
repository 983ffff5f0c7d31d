import { basename, join } from "node:path";
import { type Distrust, distrustOf, isRoot, UntrustedError } from "../lib/trust.ts";

/** Where an agent of root keeps its files when the configured place belongs to others. Each base directory has a folder in it. */
export const SAFE_PLACE = process.platform === "darwin" ? "/var/db/warp-telemetry" : "/var/lib/warp-telemetry";
const HASH_DIGITS = 8;

/** Where the home is. */
export interface HomePlace {
  readonly path: string;
  /** The configured folder, when another one is used. */
  readonly insteadOf?: string;
  /** What is wrong with the configured folder. */
  readonly distrust?: Distrust;
}

/**
 * Chooses the folder of the agent's files. `configured` is absolute. An agent of root does not use a folder that others
 * can change or replace, since they would make root write where they want; it takes a folder of its own below
 * {@link SAFE_PLACE}, the same one at every start. An agent of another user can lose no more than that user has, so it uses the folder
 * as configured. Changes nothing. Throws UntrustedError when there is no safe place either.
 */
export function homePlace(configured: string): HomePlace {
  const distrust = distrustOf(configured, { isOursToMake: true });
  if (distrust === undefined) return { path: configured };
  if (!isRoot()) return { path: configured, distrust };
  const path = join(SAFE_PLACE, folderNameOf(configured));
  const safePlaceDistrust = distrustOf(path, { isOursToMake: true });
  if (safePlaceDistrust !== undefined) throw new UntrustedError("telemetry.base_directory", distrust);
  return { path, insteadOf: configured, distrust };
}

/** The last part of a path, for people, and a hash of all of it. */
function folderNameOf(path: string): string {
  const hash = new Bun.CryptoHasher("sha256").update(path).digest("hex").slice(0, HASH_DIGITS);
  return `${basename(path)}-${hash}`;
}
