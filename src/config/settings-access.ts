import type { Stats } from "node:fs";
import { type Distrust, distrustOf, distrustOfOpen } from "../lib/trust.ts";
import type { JsonObject } from "../lib/json-object.ts";
import type { ConfigWarning } from "./places.ts";
import { secretsIn } from "./settings-secrets.ts";

const GROUP_MAY_READ = 0o040;
const OTHERS_MAY_READ = 0o004;
const ROOT = 0;

/** Who else than we and root can do what with the settings file. */
export interface SettingsAccess {
  readonly warnings: readonly ConfigWarning[];
  /** Why no program may be named in it: others can change it, and the agent is root. */
  readonly distrust?: Distrust;
}

/** Judges the file at `path`, `stats` those of the open file. Throws the system's error. */
export function accessOf(path: string, stats: Stats, content: JsonObject): SettingsAccess {
  const ownUid = process.geteuid?.();
  // Where there are no owners, the mode means nothing.
  if (ownUid === undefined) return { warnings: [] };
  const distrust = distrustOfOpen({ path, stats }) ?? distrustOf(path);
  // An agent that is neither root nor the owner reads the file as one of its group.
  const readers = ownUid === ROOT || ownUid === stats.uid ? GROUP_MAY_READ | OTHERS_MAY_READ : OTHERS_MAY_READ;
  const isReadable = (stats.mode & readers) !== 0 && secretsIn(content).length > 0;
  const verbs = [...(distrust === undefined ? [] : ["change"]), ...(isReadable ? ["read the secret in"] : [])];
  if (verbs.length === 0) return { warnings: [] };
  const hide = `chmod ${readers === OTHERS_MAY_READ ? "o-r" : "go-r"} "${path}"`;
  const facts = {
    path,
    owner: `uid ${stats.uid}`,
    mode: (stats.mode & 0o7777).toString(8).padStart(4, "0"),
    ...(distrust === undefined ? {} : { reason: distrust.reason }),
    run: [...(distrust === undefined ? [] : [distrust.remedy]), ...(isReadable ? [hide] : [])].join("; "),
  };
  const warnings = [{ message: `Others can ${verbs.join(" and ")} the settings file`, facts }];
  return distrust !== undefined && ownUid === ROOT ? { warnings, distrust } : { warnings };
}
