import type { HeldFolder } from "../lib/held-folder.ts";
import type { PartHealth } from "../pipeline.ts";
import { listSetAside, type SetAsideFile } from "../ring/set-aside.ts";

/** Names of files in a reason. */
const NAMES_SHOWN = 4;

/** What lies in the folder of ring files and is not sent; nothing where the folder cannot be read. */
export function setAsideFiles(buffer: HeldFolder | undefined): readonly SetAsideFile[] {
  try {
    return buffer === undefined ? [] : listSetAside(buffer);
  } catch {
    return [];
  }
}

/** Degraded for as long as a file lies in `folder`: its lines are in no object. */
export function setAsideHealth(files: readonly SetAsideFile[], folder: string): PartHealth {
  if (files.length === 0) return { status: "healthy" };
  const names = files.slice(0, NAMES_SHOWN).map(({ name }) => name);
  const rest = files.length > NAMES_SHOWN ? ` and ${files.length - NAMES_SHOWN} more` : "";
  return {
    status: "degraded",
    reason: `Lines were set aside in ${folder}: ${names.join(", ")}${rest}`,
    remedy: "warp-telemetry recover FILE --to DESTINATION sends them and removes the file",
  };
}
