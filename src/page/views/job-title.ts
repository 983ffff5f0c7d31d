import type { LiveJob } from "../../live/live-data.ts";
import { shownInLine } from "../text/ansi.ts";
import { el } from "./dom.ts";
import { resultOf } from "../../live/results.ts";

/** What says most about where a job comes from, in this order. */
const TOLD = [
  "vcs.repository.name",
  "cicd.pipeline.name",
  "vcs.ref.head.name",
  "vcs.ref.head.revision",
  "cicd.pipeline.run.id",
];
const REVISION_CHARS = 8;
const VALUE_MAX_CHARS = 120;

/** The job's name, its result, and where it comes from. */
export function jobTitle(job: LiveJob): Node[] {
  const result = resultOf(job);
  const told = TOLD.flatMap((key) => {
    const value = job.attributes[key];
    if (value === undefined || value === "") return [];
    const text = key.endsWith("revision")
      ? shownInLine(value.slice(0, REVISION_CHARS), REVISION_CHARS)
      : shownInLine(value, VALUE_MAX_CHARS);
    return [el("bdi", { attributes: { title: key } }, text)];
  });
  return [
    el("span", { class: `badge result-badge-${result.name}` }, `${result.sign} ${result.word}`),
    el("bdi", { class: "job-name" }, shownInLine(job.name, VALUE_MAX_CHARS)),
    el("span", { class: "from" }, ...told, runLink(job.attributes["cicd.pipeline.run.url.full"])),
  ];
}

/** Only to where a click does nothing but open a page. */
function runLink(address: string | undefined): Node | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined;
  const { protocol, host, href } = new URL(address);
  if (protocol !== "https:") return undefined;
  return el("a", { attributes: { href, rel: "noreferrer noopener", target: "_blank" } }, `run on ${host}`);
}
