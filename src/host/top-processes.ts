import type { ProcessDetails } from "./process-details.ts";
import type { Process } from "./process.ts";

/** So many by CPU, and so many by private memory. */
export const TOP_PROCESSES = 5;
/** Of so many at most the private memory is read; those that share a lot (a database) come before others here. */
const CANDIDATES = 2 * TOP_PROCESSES;

export interface TopProcess {
  readonly entry: Process;
  /** Undefined where it cannot be read. */
  readonly privateBytes: number | undefined;
}

/** The processes that use most, and all the others as one sum. */
export interface TopProcesses {
  readonly top: readonly TopProcess[];
  readonly restCount: number;
  readonly restSpentMs: number;
  readonly restResidentPages: number;
}

/**
 * The five that have used most CPU since the last scan, if any, and the five with most private memory: ten or fewer.
 * Private memory is no more than what is resident, so few have to be asked. The first kind comes first.
 */
export function topProcesses(
  processes: ReadonlyMap<number, Process>,
  details: Pick<ProcessDetails, "privateBytes">,
  pageBytes: number,
): TopProcesses {
  const all = processes.values();
  const candidates = largest(processes.values(), CANDIDATES, ({ residentPages }) => residentPages);
  const byMemory: (TopProcess & { readonly privateBytes: number })[] = [];
  for (const entry of candidates) {
    const least = byMemory[TOP_PROCESSES - 1]?.privateBytes;
    if (least !== undefined && least >= entry.residentPages * pageBytes) break;
    const privateBytes = details.privateBytes(entry);
    if (privateBytes === undefined) continue;
    byMemory.push({ entry, privateBytes });
    byMemory.sort((one, other) => other.privateBytes - one.privateBytes);
  }
  byMemory.splice(TOP_PROCESSES);
  const byCpu = largest(all, TOP_PROCESSES, ({ spentMs }) => spentMs)
    .filter((entry) => !byMemory.some((other) => other.entry === entry))
    .map((entry) => ({ entry, privateBytes: details.privateBytes(entry) }));
  return { top: [...byCpu, ...byMemory], ...rest(processes, [...byCpu, ...byMemory]) };
}

function rest(processes: ReadonlyMap<number, Process>, top: readonly TopProcess[]): Omit<TopProcesses, "top"> {
  let [restSpentMs, restResidentPages] = [0, 0];
  for (const { spentMs, residentPages } of processes.values()) {
    restSpentMs += spentMs;
    restResidentPages += residentPages;
  }
  for (const { entry } of top) {
    restSpentMs -= entry.spentMs;
    restResidentPages -= entry.residentPages;
  }
  return { restCount: processes.size - top.length, restSpentMs: Math.max(0, restSpentMs), restResidentPages };
}

/** Those with the largest values above 0, the largest first, without sorting all. */
function largest(processes: Iterable<Process>, count: number, valueOf: (entry: Process) => number): readonly Process[] {
  const found: Process[] = [];
  for (const entry of processes) {
    const value = valueOf(entry);
    const last = found[count - 1];
    if (value <= (last === undefined ? 0 : valueOf(last))) continue;
    let at = Math.min(found.length, count - 1);
    for (; at > 0; at--) {
      const above = found[at - 1];
      if (above === undefined || valueOf(above) >= value) break;
      found[at] = above;
    }
    found[at] = entry;
  }
  return found;
}
