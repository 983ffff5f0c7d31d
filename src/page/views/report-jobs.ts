import type { ReportIndex, ReportRow } from "../../live/live-data.ts";
import { shown, shownInLine } from "../text/ansi.ts";
import { dateText, durationText, grouped, shareText } from "../../lib/quantities.ts";
import { byId, el, table } from "./dom.ts";
import { resultOf } from "../../live/results.ts";

const NAME_MAX_CHARS = 120;
const HEAD = ["Job", "Repository", "Machine", "Begin", "Took", "CPU, mean", "Memory, most", "Events"];

/** The place of the job that the address asks for (`#job=2`), else that of the newest. */
export function jobOfAddress({ jobs }: ReportIndex): number {
  const asked = Number(new URLSearchParams(location.hash.slice(1)).get("job") ?? Number.NaN);
  return asked in jobs ? asked : Math.max(0, jobs.length - 1);
}

/** The jobs of a report, of which one is shown, and what is left out of it. */
export function bindReportJobs({ jobs, notes }: ReportIndex, chosen: number): void {
  byId("report-notes").replaceChildren(...notes.map((note) => el("li", {}, shown(note))));
  const place = byId("report-jobs");
  place.hidden = jobs.length < 2;
  if (place.hidden) return;
  const drawn = table(
    "Jobs of this report",
    HEAD,
    jobs.map((row, at) => cellsOf(row, at, at === chosen)),
  );
  place.replaceChildren(drawn);
  drawn.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  // The page is made for one run: another one is read anew.
  addEventListener("hashchange", () => location.reload());
}

function cellsOf(row: ReportRow, at: number, isChosen: boolean): readonly (Node | string)[] {
  const { job, host, startedAtMs, endedAtMs, cpuMean, memoryMax, events } = row;
  const result = job === undefined ? undefined : resultOf(job);
  const link = el(
    "a",
    { attributes: { href: `#job=${at}`, ...(isChosen && { "aria-current": "true" }) } },
    el("bdi", {}, shownInLine(job?.name ?? "no job is known", NAME_MAX_CHARS)),
  );
  const sign =
    result && el("span", { class: `sign sign-${result.name}`, attributes: { title: result.word } }, result.sign);
  return [
    el("span", { class: "report-job" }, sign, link),
    el("bdi", {}, shownInLine(job?.attributes["vcs.repository.name"] ?? "", NAME_MAX_CHARS)),
    el("bdi", {}, shownInLine(host, NAME_MAX_CHARS)),
    dateText(startedAtMs),
    durationText(endedAtMs - startedAtMs),
    cpuMean === undefined ? "–" : shareText(cpuMean),
    memoryMax === undefined ? "–" : shareText(memoryMax),
    grouped(events),
  ];
}
