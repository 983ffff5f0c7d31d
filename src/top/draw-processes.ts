import { shownInLine } from "../page/text/ansi.ts";
import { bytesText } from "../lib/quantities.ts";
import { filled, type Line, piece, spread } from "./line.ts";
import { type Seen, TEXT_MAX_CHARS } from "./seen.ts";

const MEMORY_COLUMNS = 8;
const CORES_COLUMNS = 5;

/** Who uses most now, with the step it belongs to. The first line is the heading. */
export function processLines({ state, data }: Seen, columns: number, rows: number): readonly Line[] {
  const heading = spread([piece("Processes", "strong")], [piece("cores   memory", "quiet")], columns);
  const seen = data.processes.latest;
  if (state.processes === null || seen === undefined) {
    const why = state.maySeeTexts
      ? "None yet: they are listed while a job runs on Linux."
      : "Left out: you are another user of this machine.";
    return [heading, [piece(why, "quiet")]].slice(0, rows);
  }
  const steps = new Map(state.jobs.flatMap((job) => job.steps).map(({ id, name }) => [id, name]));
  const lines = seen.list.map(({ pid, name, cpuCores, memoryBytes, stepId }): Line => {
    const step = stepId === undefined ? undefined : steps.get(stepId);
    const who = [
      piece(shownInLine(name, TEXT_MAX_CHARS)),
      piece(` ${pid}`, "quiet"),
      ...(step === undefined ? [] : [piece(` ${shownInLine(step, TEXT_MAX_CHARS)}`, "info")]),
    ];
    const cores = cpuCores.toFixed(2).padStart(CORES_COLUMNS);
    return spread(who, [piece(`${cores} ${bytesText(memoryBytes).padStart(MEMORY_COLUMNS)}`)], columns);
  });
  return [heading, ...lines].slice(0, rows).map((line) => filled(line, columns));
}
