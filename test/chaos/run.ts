/**
 * `bun run chaos`: tries to break the promises about lines (none lost, none doubled, none invented) with the compiled
 * executable and real parts, and prints a table of what was done and what was found.
 *
 *     bun run chaos [--seed N] [--kills N] [--minutes M] [--short] [--only NAME,NAME] [--write]
 *
 * Exit code 0: every promise held. 1: one did not; the problems stand above the table, with the log of every life.
 */
import { parseArgs } from "node:util";
import { Random } from "./random.ts";
import { writeResults } from "./results.ts";
import type { Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { tableOf } from "./table.ts";
import type { Findings } from "./tally.ts";

const KILLS_SHORT = 30;
const KILLS_LONG = 1000;
const NOTHING: Findings = { rows: [], problems: [] };
/** One cause often has thousands of effects. */
const PROBLEMS_SHOWN = 40;
const MINUTE_MS = 60_000;
/** Scenarios at once in the short run: nearly all of their time is waiting. The long one does the same each time. */
const LANES_SHORT = 2;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    kills: { type: "string" },
    minutes: { type: "string" },
    short: { type: "boolean", default: false },
    only: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
const kills = Number(values.kills ?? (values.short ? KILLS_SHORT : KILLS_LONG));
const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
const until = minutes === undefined ? new AbortController().signal : AbortSignal.timeout(minutes * MINUTE_MS);
const names = values.only?.split(",");
const scenarios = SCENARIOS.filter(({ name }) => names === undefined || names.some((some) => name.includes(some)));

const startedAtMs = performance.now();
const found = new Map<Scenario, Findings>();
say(`seed ${seed}, ${kills} kills, ${scenarios.length} scenarios`);
const lanes = values.short ? LANES_SHORT : 1;
const [beside, measured] = [
  scenarios.filter((one) => one.isMeasured !== true),
  scenarios.filter((one) => one.isMeasured),
];
if (lanes > 1) {
  const queue = beside.values();
  await Promise.all(Array.from({ length: lanes }, () => runAll(queue)));
  await runAll(measured.values());
} else {
  await runAll(scenarios.values());
}
const results = scenarios.flatMap((scenario) => found.get(scenario) ?? []);
const rows = results.flatMap((findings) => findings.rows);
const problems = results.flatMap((findings) => findings.problems);

for (const problem of problems.slice(0, PROBLEMS_SHOWN)) process.stderr.write(`PROBLEM ${problem}\n`);
const table = tableOf(rows);
process.stdout.write(`${table}\n`);
const seconds = Math.round((performance.now() - startedAtMs) / 1000);
say(
  problems.length === 0
    ? `every promise held, ${seconds} s`
    : `${problems.length} problems, seed ${seed}, ${seconds} s`,
);
if (values.write) writeResults({ seed, kills, seconds, table, problems: problems.length, args: process.argv.slice(2) });
process.exit(problems.length === 0 ? 0 : 1);

/** Takes one after the other from a queue that others may take from, too. */
async function runAll(queue: Iterator<Scenario>): Promise<void> {
  for (let next = queue.next(); next.done !== true; next = queue.next())
    found.set(next.value, await findingsOf(next.value));
}

async function findingsOf(scenario: Scenario): Promise<Findings> {
  const { name, missing, isLongOnly, run } = scenario;
  if (values.short && isLongOnly === true && names === undefined) return NOTHING;
  if (missing !== undefined) {
    say(`${name}: skipped, ${missing}`);
    return NOTHING;
  }
  say(`${name} …`);
  // A sequence of its own, so that a scenario does the same alone as among the others.
  const random = new Random(seed + SCENARIOS.indexOf(scenario) * 7919);
  try {
    return await run({ random, kills, until, isShort: values.short, say });
  } catch (error) {
    return {
      ...NOTHING,
      problems: [`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`],
    };
  }
}

function say(line: string): void {
  const atSecond = Math.round((performance.now() - startedAtMs) / 1000);
  process.stderr.write(`${String(atSecond).padStart(4)} s  ${line}\n`);
}
