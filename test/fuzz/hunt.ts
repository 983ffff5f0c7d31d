/** Plays cases against an agent until one of them shows a fault. */
import type { Agent } from "../support/agent.ts";
import { ANSWER_MAX_MS, CUT_OFF_MAX_SHARE, faultsOf, isCutOff } from "./faults.ts";
import { type FuzzCase, fuzzCase } from "./fuzz-case.ts";
import { play, type Played } from "./play.ts";

/** Connections at once: enough that requests meet in the agent. */
const CONNECTIONS = 8;
/** A machine that is busy elsewhere makes anything late once. */
const LATE_TIMES = 3;

export interface Finding {
  readonly case: FuzzCase;
  readonly faults: readonly string[];
}

/**
 * Plays the cases `numbers` of `seed`, and hands each with what its sender saw to `onPlayed`. Resolves to the faults
 * found: none when all is well; those of several cases only when nobody can say which of them ended the agent.
 */
export async function hunt(
  agent: Agent,
  seed: number,
  numbers: Iterable<number>,
  onPlayed: (played: FuzzCase, saw: Played) => void,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const late: FuzzCase[] = [];
  const cutOff: FuzzCase[] = [];
  let played = 0;
  const queue = numbers[Symbol.iterator]();
  const next = (): number | undefined => {
    const { value, done } = queue.next();
    return done === true || findings.length > 0 ? undefined : value;
  };
  const see = async (current: FuzzCase): Promise<Played | undefined> => {
    try {
      const saw = await play(agent.port, current);
      onPlayed(current, saw);
      const faults = faultsOf(current, saw);
      played++;
      if (isCutOff(current, saw)) cutOff.push(current);
      if (faults.length > 0) findings.push({ case: current, faults });
      return saw;
    } catch (error) {
      findings.push({ case: current, faults: [agent.isRunning ? String(error) : "the agent has ended"] });
      return undefined;
    }
  };
  const sender = async (): Promise<void> => {
    for (let number = next(); number !== undefined; number = next()) {
      const current = fuzzCase(seed, number);
      const saw = await see(current);
      if (saw !== undefined && saw.waitedMs > ANSWER_MAX_MS) late.push(current);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sender));

  for (const current of late) {
    const waitedMs: number[] = [];
    for (let n = 0; n < LATE_TIMES && findings.length === 0; n++) waitedMs.push((await see(current))?.waitedMs ?? 0);
    const leastMs = Math.min(...waitedMs);
    if (findings.length === 0 && leastMs > ANSWER_MAX_MS) {
      findings.push({ case: current, faults: [`answered after ${Math.round(leastMs)} ms, ${ANSWER_MAX_MS} wanted`] });
    }
  }
  const [first] = cutOff;
  if (first !== undefined && cutOff.length > Math.max(1, CUT_OFF_MAX_SHARE * played)) {
    findings.push({ case: first, faults: [`it and others, ${cutOff.length} of ${played}, were cut off unanswered`] });
  }
  return findings;
}
