import type { RunData } from "../data/run-data.ts";
import type { SpanStore } from "../data/span-store.ts";
import type { Trace } from "../data/trace.ts";
import { shownInLine } from "../text/ansi.ts";
import { counted, grouped } from "../../lib/quantities.ts";

const NAME_MAX_CHARS = 160;

/** How many there are, and what of them is not here. */
export function spansText({ length, traces, leftOut, dropped, hasEarlier }: SpanStore): string {
  const notTold = [
    ...(leftOut > 0 ? [`${grouped(leftOut)} left out: they were too many`] : []),
    ...(dropped > 0 ? [`the oldest ${grouped(dropped)} are dropped`] : []),
    ...(hasEarlier ? ["begins with the newest that the agent held"] : []),
  ];
  return [counted(traces.length, "trace"), counted(length, "span"), ...notTold].join(" · ");
}

/** Why there is none at all, and how to get some. */
export function whyNoSpans({ state, isReport, spans }: RunData): string {
  if (state?.maySeeTexts === false)
    return "Left out: you are another user of this machine. The notice above says how to see them.";
  if (isReport) return "There are no spans in this report.";
  if (spans.hasEarlier)
    return "No span since you opened this page. Earlier ones are uploaded, and the agent does not hold them.";
  return `No span yet. Steps and jobs are told when they end. Test frameworks and build tools with OpenTelemetry send theirs to ${location.origin}/v1/traces.`;
}

/** The name of a trace: its root's, else its job's, else that of its first span. */
export function traceName({ id, summary }: Trace, { state }: RunData): string {
  const job = state?.jobs.find(({ traceId }) => traceId === id);
  return spanName(summary?.root?.name ?? job?.name ?? summary?.first.name ?? "");
}

export function spanName(name: string): string {
  return name === "" ? "(no name)" : shownInLine(name, NAME_MAX_CHARS);
}
