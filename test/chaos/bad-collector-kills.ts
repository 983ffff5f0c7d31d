import type { CollectorState } from "../../src/collector/verdict.ts";
import type { Agent } from "../support/agent.ts";
import { eventually } from "../support/eventually.ts";
import { numberAt, valueAt } from "../support/json.ts";
import { TempDir } from "../support/temp-dir.ts";
import { BAD_COLLECTORS, type BadCollector, writeBadCollector } from "./bad-collectors.ts";
import { collectorProcesses } from "./collector-processes.ts";
import { mib, peakBytes, programBytes, ringBytes } from "../support/peak-memory.ts";
import { isStarved, processorTime, processorWords } from "./processor-time.ts";
import { p99MaxMs, probeLatency, withoutProbes } from "./probe-latency.ts";
import { Rig } from "./rig.ts";
import type { Scenario, ScenarioContext } from "./scenario.ts";
import { untilEmpty } from "./until-empty.ts";

const DRAIN_MS = 2000;
/** What a stop may take beyond its deadline: the process itself has to end. */
const END_MS = 700;
/** From the start to the first answer, whatever an earlier collector still does. */
const START_MAX_MS = 2000;
/** An orphaned collector is told by the kernel at once; this is for a machine under load. */
const ORPHAN_MS = 3000;
/** The supervisor gives a leftover five seconds to end by itself. */
const LEFTOVER_MS = 5000 + ORPHAN_MS;
/** Five exits, with delays of up to 1, 2, 4 and 8 s between them. */
const CRASH_LOOP_MS = 30_000;
const FLOOD_MS = { short: 2000, long: 8000 };
const ROUNDS = { short: 1, long: 4 };
/** What the agent may have beyond its rings and its own program under usual load, flood or not. */
const REST_BYTES = 60 * 1024 * 1024;

/**
 * A collector that crashes, floods, ignores SIGTERM or has children, under an agent that is under load, killed and
 * stopped: the agent keeps its promises and stays quick, a stop keeps its deadline, the next start has its port at once,
 * and no process stays but a collector's own children where `BadCollector.leaves` says so.
 */
export const BAD_COLLECTOR_KILLS: Scenario = {
  isMeasured: true,
  name: "bad-collector",
  ...(process.platform === "linux" ? {} : { missing: "reads /proc" }),
  run: async ({ random, isShort, say }) => {
    await using rig = await Rig.start({ title: "bad collector", world: "s3" });
    await using programs = await TempDir.create("chaos");
    const program = programs.file("otelcol");
    rig.load.start();
    try {
      for (let round = 0; round < (isShort ? ROUNDS.short : ROUNDS.long); round++) {
        for (const bad of BAD_COLLECTORS) {
          writeBadCollector(program, bad);
          const run: Run = { rig, bad, program, random, isShort, say };
          await killed(run);
          await stopped(run);
          if (bad.outlivesKill === true) await stoppedEarly(run);
          if (bad.floods === true) await flooded(run);
        }
      }
    } finally {
      // Nothing of it shall outlive a suite that broke off.
      for (const { pid } of collectorProcesses(rig.base)) process.kill(pid, "SIGKILL");
    }
    await rig.load.pause();
    await using last = await rig.agent("no collector, delivers the rest");
    await untilEmpty(last);
    const { code, log } = await last.stop();
    rig.expect(code === 0, `the last life ended with ${code}\n${log}`);
    return await rig.findings(withoutProbes(await rig.verdict()));
  },
};

interface Run extends Pick<ScenarioContext, "random" | "isShort" | "say"> {
  readonly rig: Rig;
  readonly bad: BadCollector;
  /** Where it is, as a program. */
  readonly program: string;
}

/** The agent is killed under load, as its collector does what it does. */
async function killed({ rig, bad, program, random }: Run): Promise<void> {
  const mayStay = bad.leaves === "when killed at a crash";
  const stays = bad.leaves !== undefined && !mayStay;
  const fault = `${bad.name}, agent killed -9${stays ? " (its child stays)" : ""}`;
  await using agent = await rig.agent(fault, { collector: program });
  rig.load.resume();
  await misbehaves(agent, bad);
  await Bun.sleep(random.int(0, 500));
  await agent.kill();
  // One that ignores SIGTERM is the next start's to end.
  if (bad.outlivesKill !== true) await checkProcesses(rig, fault, mayStay ? [0, 1] : [stays ? 1 : 0]);
}

/** The next start, at once, and a stop under load. */
async function stopped({ rig, bad, program, random, isShort }: Run): Promise<void> {
  const fault = `${bad.name}, SIGTERM (time to the exit)${bad.leaves === "always" ? " (its child stays)" : ""}`;
  const leftover = collectorProcesses(rig.base);
  await using agent = await start(rig, fault, program);
  await misbehaves(agent, bad);
  // A crash loop takes its time to be called one.
  if (bad.crashes === true && !isShort) await isIn(agent, "crash-loop", CRASH_LOOP_MS);
  const left = leftover.filter(({ pid }) => collectorProcesses(rig.base).some((now) => now.pid === pid));
  rig.expect(left.length === 0, `${fault}: the start left ${left.map(({ command }) => command).join(", ")}`);
  await Bun.sleep(random.int(0, 500));
  await stop(rig, fault, agent);
  await checkProcesses(rig, fault, [bad.leaves === "always" ? 1 : 0]);
}

/** The stop comes while the start is still waiting for the collector that the killed agent left behind. */
async function stoppedEarly(run: Run): Promise<void> {
  await killed(run);
  const { rig, bad, program, random } = run;
  const fault = `${bad.name}, SIGTERM as the last one is ended (time to the exit)`;
  await using agent = await start(rig, fault, program);
  await Bun.sleep(random.int(0, 1000));
  await stop(rig, fault, agent);
  await checkProcesses(rig, fault, [0]);
}

/** Small requests meet nothing of the flood, and none of it stays in memory. */
async function flooded({ rig, bad, program, isShort, say }: Run): Promise<void> {
  const fault = `${bad.name}, requests meanwhile (time to the exit)`;
  await using agent = await start(rig, fault, program);
  await misbehaves(agent, bad);
  const { p99Ms } = await probeLatency(agent, isShort ? FLOOD_MS.short : FLOOD_MS.long);
  const time = processorTime(agent.pid);
  const peak = peakBytes(agent.pid);
  const own = programBytes(agent.pid);
  const bound = ringBytes(agent.pid) + own + REST_BYTES;
  const lines = numberAt(await agent.stats(), "collector", "output_lines");
  say(
    `${bad.name}: p99 ${p99Ms.toFixed(1)} ms, ${processorWords(time)}; peak RSS ${mib(peak)} MiB, ${mib(own)} of it the program; ${lines} lines read`,
  );
  rig.expect(p99Ms < p99MaxMs(isShort) || isStarved(time), `${fault}: p99 of accepted requests ${p99Ms.toFixed(1)} ms`);
  rig.expect(peak <= bound, `${fault}: peak RSS ${mib(peak)} MiB, at most ${mib(bound)}`);
  rig.expect(lines > 100, `${fault}: no flood, ${lines} lines`);
  await stop(rig, fault, agent);
  await checkProcesses(rig, fault, [0]);
}

async function start(rig: Rig, fault: string, program: string): Promise<Agent> {
  const startMs = performance.now();
  const agent = await rig.agent(fault, { collector: program, flags: ["--drain-timeout", `${DRAIN_MS}ms`] });
  const ms = performance.now() - startMs;
  rig.expect(ms < START_MAX_MS, `${fault}: the start before it took ${Math.round(ms)} ms`);
  return agent;
}

/** Waits until the collector does what it is there for. */
async function misbehaves(agent: Agent, { crashes }: BadCollector): Promise<void> {
  if (crashes !== true) return await isIn(agent, "running", LEFTOVER_MS);
  const restarts = async (): Promise<boolean> => numberAt(await agent.stats(), "collector", "restarts") > 0;
  await eventually("a crash of the collector", restarts);
}

async function isIn(agent: Agent, state: CollectorState, timeoutMs: number): Promise<void> {
  const isThere = async (): Promise<boolean> => valueAt(await agent.stats(), "collector", "state") === state;
  await eventually(`a collector that is ${state}`, isThere, { timeoutMs });
}

async function stop(rig: Rig, fault: string, agent: Agent): Promise<void> {
  const startMs = performance.now();
  const { code, log } = await agent.stop();
  const ms = performance.now() - startMs;
  rig.recovered(ms);
  rig.expect(ms < DRAIN_MS + END_MS, `${fault}: ended after ${Math.round(ms)} ms, the deadline was ${DRAIN_MS} ms`);
  rig.expect(code === 0, `${fault}: exit code ${code}\n${log}`);
}

/** Waits until so many processes of the collector are there as are `expected`: its own children. Those are then ended. */
async function checkProcesses(rig: Rig, fault: string, expected: readonly number[]): Promise<void> {
  const untilMs = performance.now() + ORPHAN_MS;
  const [fewest = 0] = expected;
  while (collectorProcesses(rig.base).length > fewest && performance.now() < untilMs) await Bun.sleep(20);
  const left = collectorProcesses(rig.base);
  const words = left.map(({ command }) => command).join(", ");
  rig.expect(expected.includes(left.length), `${fault}: left behind: ${words === "" ? "nothing" : words}`);
  for (const { pid } of left) process.kill(pid, "SIGKILL");
}
