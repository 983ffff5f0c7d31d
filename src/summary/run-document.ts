import { costOf, moneyText } from "../lib/price.ts";
import { bytesText, counted, durationText, shareText } from "../lib/quantities.ts";
import type { LiveEvent } from "../live/live-data.ts";
import { resultOf } from "../live/results.ts";
import { coresText } from "./advice.ts";
import { type Block, type Chart, foreign, said, type Sentence } from "./document.ts";
import { FIGURES_HEAD, figureRows } from "./figure-rows.ts";
import { BUSY_CORE_SHARE, ONE_THREAD_MAX_CORES, type RunFacts } from "./run-facts.ts";
import type { RunSummary, StepFacts } from "./run-summary.ts";

const NAME_MAX_CHARS = 100;
const EVENT_MAX_CHARS = 300;
const EVENT_PREFIX = "warp_telemetry.";
/** Below it the sentence would say of a moment what is not so of the job. */
const ONE_THREAD_TOLD_SHARE = 0.2;
/** What the first and the last piece lack is not told. */
const WHOLE_SHARE = 0.95;

/** What one run was, as facts: no advice comes from one run. */
export function runDocument(summary: RunSummary): readonly Block[] {
  const { facts, steps, stepsLeftOut, events, eventsLeftOut } = summary;
  const notes = notesOn(summary);
  return [
    { kind: "heading", text: headline(summary) },
    ...originOf(facts),
    { kind: "paragraph", text: [machineText(summary)] },
    ...(notes.length === 0 ? [] : [{ kind: "list", items: notes } as const]),
    ...(isMeasured(facts) ? [{ kind: "table", head: FIGURES_HEAD, rows: figureRows(facts) } as const] : []),
    ...chartsOf(summary),
    ...(steps.length === 0 ? [] : [stepTable(steps, facts)]),
    ...(stepsLeftOut === 0 ? [] : [paragraph(`${counted(stepsLeftOut, "shorter step")} left out.`)]),
    ...(events.length === 0 ? [] : [{ kind: "list", items: events.map((event) => eventText(event, facts)) } as const]),
    ...(eventsLeftOut === 0 ? [] : [paragraph(`${counted(eventsLeftOut, "less grave event")} left out.`)]),
    ...(isMeasured(facts) ? [paragraph(meaningOf(facts))] : []),
  ];
}

function isMeasured({ figures }: RunFacts): boolean {
  return Object.keys(figures).length > 0;
}

function headline({ facts, failedSteps }: RunSummary): Sentence {
  const { sign, word } = resultOf(timedOf(facts));
  const name = foreign(facts.job, NAME_MAX_CHARS);
  if (!facts.isRunning) return [`${sign} `, name, ` ${word}`];
  const soFar = failedSteps === 0 ? "no step has failed so far" : `${counted(failedSteps, "step")} failed so far`;
  return [`${sign} `, name, ` is running, ${soFar}`];
}

function originOf({ repository, workflow, runId, attempt }: RunFacts): readonly Block[] {
  const run: Sentence = runId === "" ? [] : ["run ", foreign(runId, NAME_MAX_CHARS)];
  const again: Sentence = attempt === "" ? [] : ["attempt ", foreign(attempt, NAME_MAX_CHARS)];
  const names = [repository, workflow].map((name): Sentence => (name === "" ? [] : [foreign(name, NAME_MAX_CHARS)]));
  const parts = [...names, run, again].filter((part) => part.length > 0);
  if (parts.length === 0) return [];
  return [{ kind: "paragraph", text: parts.flatMap((part, at) => (at === 0 ? part : [", ", ...part])) }];
}

function machineText({ facts: { durationMs, isRunning, cores, memoryBytes }, price }: RunSummary): string {
  const size = [
    ...(cores === undefined ? [] : [counted(cores, "core")]),
    ...(memoryBytes === undefined ? [] : [`${bytesText(memoryBytes)} of memory`]),
  ];
  const machine = size.length === 0 ? "a machine of unknown size" : size.join(" and ");
  const took = `${durationText(durationMs)}${isRunning ? " so far" : ""}, on ${machine}.`;
  if (price === undefined) return took;
  const { perMinute, currency } = price;
  return `${took} Cost: ${moneyText(costOf(durationMs, price), currency)}, at ${moneyText(perMinute, currency)} a minute.`;
}

/** What stands out, each with its figures. */
function notesOn({ facts, maySeeTexts, otherJobs }: RunSummary): readonly Sentence[] {
  const { oomKills, oomKillsOfMachine, oneThreadShare = 0, cores = 0 } = facts;
  const otherKills = oomKills - oomKillsOfMachine;
  return said(
    ...(oomKillsOfMachine === 0
      ? []
      : [`The memory of the machine ran out: the kernel killed ${timesText(oomKillsOfMachine)} for it.`]),
    ...(otherKills === 0
      ? []
      : [
          `The kernel killed ${timesText(otherKills)} for memory: a smaller limit than the machine's was reached, or it is not known which.`,
        ]),
    ...(oneThreadShare < ONE_THREAD_TOLD_SHARE
      ? []
      : [
          `One thread is the limit in ${shareText(oneThreadShare)} of the time: the busiest core was at ${shareText(BUSY_CORE_SHARE)} or more, and all ${coresText(cores)} cores together did the work of ${ONE_THREAD_MAX_CORES} at most. More cores will not help there.`,
        ]),
    ...(otherJobs === 0
      ? []
      : [`${counted(otherJobs, "other job")} ran on this machine at the time. The figures are of the whole machine.`]),
    ...measuredNote(facts),
    ...(maySeeTexts ? [] : ["Names are left out: the agent tells them to root and to the runner's user."]),
  );
}

function measuredNote(facts: RunFacts): readonly string[] {
  if (!isMeasured(facts)) return ["The machine was not measured."];
  const { measuredShare } = facts;
  return measuredShare >= WHOLE_SHARE ? [] : [`The machine was measured in ${shareText(measuredShare)} of that time.`];
}

function timesText(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function chartsOf({ facts, cpuChart, memoryChart }: RunSummary): readonly Block[] {
  const { figures, durationMs } = facts;
  const charts: Chart[] = [];
  if (cpuChart !== undefined) charts.push({ label: "CPU", cells: cpuChart, note: meanNote(figures["cpu.mean"]?.mean) });
  if (memoryChart !== undefined) {
    charts.push({ label: "memory", cells: memoryChart, note: meanNote(figures["memory.used"]?.mean) });
  }
  if (charts.length === 0) return [];
  return [{ kind: "charts", charts, from: "0 s", to: durationText(durationMs) }];
}

function meanNote(mean: number | undefined): string {
  return mean === undefined ? "" : `mean ${shareText(mean)}`;
}

function stepTable(steps: readonly StepFacts[], facts: RunFacts): Block {
  const { memoryBytes } = facts;
  const rows = steps.map(({ name, durationMs, durationShare, peakCpuShare, peakMemoryShare, ...timed }) => [
    [foreign(name, NAME_MAX_CHARS)],
    [resultOf(timed).word],
    [durationText(durationMs)],
    [shareText(durationShare)],
    [peakCpuShare === undefined ? "–" : shareText(peakCpuShare)],
    [peakMemoryShare === undefined ? "–" : memoryText(peakMemoryShare, memoryBytes)],
  ]);
  return { kind: "table", head: ["step", "result", "duration", "share", "CPU", "memory"], rows };
}

function memoryText(share: number, memoryBytes: number | undefined): string {
  return memoryBytes === undefined ? shareText(share) : bytesText(share * memoryBytes);
}

/** In UTC: the reader may be anywhere. */
function eventText({ atMs, name, text }: LiveEvent, { startedAtMs }: RunFacts): Sentence {
  const kind = (name.startsWith(EVENT_PREFIX) ? name.slice(EVENT_PREFIX.length) : name).replaceAll("_", " ");
  const when = `${new Date(atMs).toISOString().slice(11, 19)} UTC, after ${durationText(atMs - startedAtMs)}: `;
  return [when, foreign(text === undefined ? kind : `${kind}: ${text}`, EVENT_MAX_CHARS)];
}

function meaningOf({ pieceMs }: RunFacts): string {
  return `Peak: the largest reading. p95: it was no more in 95 % of the time, counted in pieces of ${durationText(pieceMs)}. Waiting: the share of the time in which a thread waited. CPU and memory of a step: the peaks of the whole machine while it ran.`;
}

function paragraph(text: string): Block {
  return { kind: "paragraph", text: [text] };
}

/** Whether a job has ended, for the word of its result. */
function timedOf({ isRunning, startedAtMs, durationMs, result }: RunFacts): Parameters<typeof resultOf>[0] {
  return {
    ...(isRunning ? {} : { endedAtMs: startedAtMs + durationMs }),
    ...(result !== undefined && { result }),
  };
}
