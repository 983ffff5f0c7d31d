import type { PartHealth } from "../pipeline.ts";
import type { RefusalKind, RefusedError, Refusals } from "./refusals.ts";

/** What the reader knows of one folder of logs when it is asked for its health. */
export interface SourceFacts {
  /** As it is configured. */
  readonly folder: string;
  /** The settings name it: it should be there, and hold logs. One that was found may go. */
  readonly isConfigured?: boolean;
  /** Nothing in it fits the patterns. */
  readonly isWithoutLogs?: boolean;
  /** Why the folder itself cannot be read. */
  readonly rootRefusal?: RefusedError | undefined;
  readonly refusals: Refusals;
}

/** How each kind is counted, and what to do about it. */
const TEXTS: Readonly<Record<RefusalKind, readonly [what: string, remedy: string]>> = {
  link: ["symbolic links", "put the files themselves there, or name their folder with --collector-diag-glob"],
  "not-regular": ["that are no regular files", "move FIFOs, sockets and devices away"],
  unreadable: [
    "that may not be read",
    "give them to the owner of the folder, or run the agent as root or as the user of the runner",
  ],
  "too-deep": ["in folders that are too deep", "name deeper folders with --collector-diag-glob"],
  "too-many": ["beyond the number that is followed", "delete old logs"],
  "too-fast": ["that grow faster than they are read", "they are read in turn, later than usual"],
};

/** Healthy when everything that is there is read. Shows the configured folders and counts, no name that a job chose. */
export function runnerHealth(sources: readonly SourceFacts[], writeError: string | undefined): PartHealth {
  if (writeError !== undefined) {
    return {
      status: "degraded",
      reason: `Cannot write down how far the runner's logs are read: ${writeError}`,
      remedy: "Free space in the base directory; reading goes on then",
    };
  }
  for (const { folder, isConfigured = false, isWithoutLogs = false, rootRefusal, refusals } of sources) {
    if (rootRefusal !== undefined && rootRefusal.kind !== "absent") {
      const [, usual] = TEXTS[rootRefusal.kind];
      const remedy = rootRefusal.remedy ?? usual;
      return { status: "degraded", reason: rootRefusal.message, remedy: `To read it: ${remedy}` };
    }
    const { kinds } = refusals;
    if (kinds.length === 0) {
      const isMissing = isConfigured && (rootRefusal !== undefined || isWithoutLogs);
      if (isMissing) return missingHealth(folder, isWithoutLogs);
      continue;
    }
    const counts = kinds.map((kind) => `${refusals.count(kind)} ${TEXTS[kind][0]}`).join(", ");
    const remedies = kinds.map((kind) => TEXTS[kind][1]).join("; ");
    return {
      status: "degraded",
      reason: `Not everything in the runner's logs "${folder}" is read: ${counts}`,
      remedy: `The agent's log has the names; ${remedies}`,
    };
  }
  return { status: "healthy" };
}

function missingHealth(folder: string, isFolderThere: boolean): PartHealth {
  const reason = isFolderThere
    ? `No runner log: nothing in "${folder}" fits the patterns of the settings`
    : `No runner log: the settings name the folder "${folder}", which is not there`;
  return {
    status: "degraded",
    reason,
    remedy: "Name the runner's folder _diag with --collector-diag-glob; what comes later is read without a restart",
  };
}
