import { mask } from "../lib/mask.ts";
import { costOf, type Price } from "../lib/price.ts";
import { SERIES, type SeriesName } from "../live/live-data.ts";
import { HEAP_WARNING, RULE, RULE_TEXT } from "./rule.ts";
import type { RunFacts, SeriesFigures } from "./run-facts.ts";
import type { RunSummary } from "./run-summary.ts";
import type { RunGroup, RunsSummary } from "./runs-summary.ts";

/** Grows when a key changes its meaning or goes. New keys may come. */
const FORMAT = 1;

/** Of a share: a millionth. */
const STEPS = 1e6;

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What one run was, for programs. Null: not known, or not measured. Keys end with their unit. */
export function runJson({ facts, price, steps, stepsLeftOut, events, eventsLeftOut, ...told }: RunSummary): string {
  return textOf({
    format: FORMAT,
    run: factsJson(facts, price),
    has_names: told.maySeeTexts,
    other_jobs: told.otherJobs,
    failed_steps: told.failedSteps,
    steps: steps.map((step) => ({
      name: step.name,
      result: step.result ?? null,
      is_running: step.endedAtMs === undefined,
      started_at_ms: step.startedAtMs,
      duration_ms: step.durationMs,
      duration_share: rounded(step.durationShare),
      cpu_peak_share: step.peakCpuShare ?? null,
      memory_peak_share: step.peakMemoryShare ?? null,
    })),
    steps_left_out: stepsLeftOut,
    events: events.map(({ atMs, name, severity, text, oomScope, limitBytes }) => ({
      name,
      severity,
      at_ms: atMs,
      text: text ?? null,
      oom_scope: oomScope ?? null,
      limit_bytes: limitBytes ?? null,
    })),
    events_left_out: eventsLeftOut,
  });
}

/** What many runs were, and what the rule says, for programs. */
export function runsJson({ groups, groupsLeftOut, price }: RunsSummary): string {
  return textOf({
    format: FORMAT,
    rule: { runs_min: RULE.runsMin, sentences: RULE_TEXT, warning: HEAP_WARNING },
    jobs: groups.map((group) => groupJson(group, price)),
    jobs_left_out: groupsLeftOut,
  });
}

function groupJson({ repository, workflow, job, cores, memoryBytes, runs, advice }: RunGroup, price?: Price): Json {
  return {
    repository,
    workflow,
    job,
    cores: cores ?? null,
    memory_bytes: memoryBytes ?? null,
    advice: {
      verdict: advice.verdict,
      runs: advice.runs,
      reasons: advice.reasons,
      needed_cores: advice.needs?.cores ?? null,
      needed_memory_bytes: advice.needs?.memoryBytes ?? null,
      enough_cores: advice.enough?.cores ?? null,
      enough_memory_bytes: advice.enough?.memoryBytes ?? null,
    },
    runs: runs.map((run) => factsJson(run, price)),
  };
}

function factsJson(facts: RunFacts, price: Price | undefined): Json {
  return {
    repository: facts.repository,
    workflow: facts.workflow,
    job: facts.job,
    run_id: facts.runId,
    attempt: facts.attempt,
    result: facts.result ?? null,
    is_running: facts.isRunning,
    started_at_ms: facts.startedAtMs,
    duration_ms: facts.durationMs,
    cores: facts.cores ?? null,
    memory_bytes: facts.memoryBytes ?? null,
    figures: Object.fromEntries(SERIES.map((name) => [name.replace(".", "_"), figuresJson(name, facts.figures[name])])),
    piece_ms: facts.pieceMs,
    measured_share: rounded(facts.measuredShare),
    one_thread_share: facts.oneThreadShare === undefined ? null : rounded(facts.oneThreadShare),
    oom_kills: facts.oomKills,
    oom_kills_of_machine: facts.oomKillsOfMachine,
    cost: price === undefined ? null : rounded(costOf(facts.durationMs, price)),
    currency: price?.currency ?? null,
  };
}

function figuresJson(name: SeriesName, figures: SeriesFigures | undefined): Json {
  if (figures === undefined) return null;
  const unit = name.startsWith("network.") ? "bytes_per_s" : "share";
  return Object.fromEntries(
    (["mean", "p95", "p995", "peak"] as const).map((which) => [`${which}_${unit}`, rounded(figures[which])]),
  );
}

/** Without the digits that are the noise of a sum. */
function rounded(value: number): number {
  return Math.round(value * STEPS) / STEPS;
}

function textOf(value: Json): string {
  return `${mask(JSON.stringify(value, undefined, 2))}\n`;
}
