import { describe, expect, test } from "bun:test";
import { adviceFor } from "../../src/summary/advice.ts";
import type { RunFacts } from "../../src/summary/run-facts.ts";
import { flat, GIB, run, runs, unmeasured, unsized } from "./runs.ts";

const verdictOf = (all: readonly RunFacts[]) => adviceFor(all).verdict;
const reasonsOf = (all: readonly RunFacts[]) => adviceFor(all).reasons.join("\n");
/** Figures of which one series is another. */
const figures = (change: RunFacts["figures"]): Pick<RunFacts, "figures"> => ({ figures: change });

describe("adviceFor()", () => {
  test("takes five runs", () => {
    expect(adviceFor(runs(4))).toEqual({ verdict: "too_few_runs", runs: 4, reasons: ["5 runs wanted, 4 here"] });
    expect(verdictOf(runs(5))).toBe("smaller");
    expect(adviceFor([])).toMatchObject({ verdict: "too_few_runs", runs: 0 });
  });

  test.each<[string, RunFacts]>([
    ["runs", run({ isRunning: true })],
    ["was cancelled", run({ result: "cancellation" })],
    ["was skipped", run({ result: "skip" })],
    ["was measured for less than 90 % of its time", run({ measuredShare: 0.899 })],
    ["has no CPU", unmeasured("cpu.mean")],
    ["has no memory", unmeasured("memory.used")],
    ["has a machine of unknown size", unsized()],
  ])("does not count one that %s", (_, other) => {
    const advice = adviceFor([...runs(4), other]);
    expect(advice).toMatchObject({ verdict: "too_few_runs", runs: 4 });
    expect(advice.reasons[1]).toContain("1 run more did not end by itself");
    expect(adviceFor([...runs(5), other])).toMatchObject({ verdict: "smaller", runs: 5 });
  });

  test("smaller: halves as long as CPU × 1.2 and memory × 1.2 + 1 GiB fit", () => {
    // 2 cores × 1.2 = 2.4 of 4; 4 GiB × 1.2 + 1 = 5.8 of 8.
    const { enough, needs, reasons } = adviceFor(runs(6));
    expect(enough).toEqual({ cores: 4, memoryBytes: 8 * GIB });
    expect(needs).toEqual({ cores: 2.4, memoryBytes: 4 * GIB * 1.2 + GIB });
    expect(reasons).toEqual(["The largest run wants 2.4 cores (P99.5: 2) and 5.8 GiB (peak: 4 GiB)"]);
    // 0.8 × 1.2 = 0.96 of 1; 0.8 GiB × 1.2 + 1 = 1.96 of 2.
    const little = adviceFor(runs(5, figures({ "cpu.mean": flat(0.1), "memory.used": flat(0.05) })));
    expect(little.enough).toEqual({ cores: 1, memoryBytes: 2 * GIB });
  });

  test.each<[string, Partial<RunFacts>, string, Partial<RunFacts>]>([
    // 4 cores are half: 4 / 8 / 1.2.
    ["CPU", figures({ "cpu.mean": flat(0.4166) }), "Half of the cores, 4,", figures({ "cpu.mean": flat(0.4167) })],
    // 8 GiB are half: (8 - 1) / 16 / 1.2.
    [
      "memory",
      figures({ "memory.used": flat(0.3645) }),
      "Half of the memory, 8 GiB,",
      figures({ "memory.used": flat(0.3647) }),
    ],
    [
      "CPU pressure",
      figures({ "pressure.cpu": flat(0.0499) }),
      "Threads waited for a core in 5.0 %",
      figures({ "pressure.cpu": flat(0.05) }),
    ],
    ["OOM kills", { oomKills: 0 }, "1 OOM kill", { oomKills: 1 }],
  ])("smaller: not with one run that has too much of %s", (_, fits, reason, tooMuch) => {
    expect(verdictOf([...runs(5), run(fits)])).toBe("smaller");
    const kept = adviceFor([...runs(5), run(tooMuch)]);
    expect(kept.verdict).toBe("keep");
    expect(kept.enough).toBeUndefined();
    expect(kept.reasons.join("\n")).toContain(reason);
  });

  test("smaller: not where CPU pressure was not measured", () => {
    const advice = adviceFor([...runs(5), unmeasured("pressure.cpu")]);
    expect(advice.verdict).toBe("keep");
    expect(advice.reasons[0]).toBe("CPU pressure was not measured, so a smaller machine is not advised");
  });

  test("smaller: takes five runs with success, for those that fail may not have come to their peak", () => {
    const mixed = [...runs(4), run({ result: "failure" }), run({ result: "error" })];
    expect(adviceFor(mixed)).toMatchObject({ verdict: "keep", runs: 6 });
    expect(reasonsOf(mixed)).toContain("5 runs with success are wanted for a smaller machine, 4 here");
    expect(verdictOf([...mixed, run()])).toBe("smaller");
  });

  test("smaller: never below one core", () => {
    const one = runs(5, { cores: 1, ...figures({ "cpu.mean": flat(0.01), "memory.used": flat(0.01) }) });
    expect(verdictOf(one)).toBe("keep");
    expect(reasonsOf(one)).toContain("less than one core");
  });

  test.each<[string, Partial<RunFacts>, Partial<RunFacts>]>([
    ["90 % in use", figures({ "cpu.mean": flat(0.8999) }), figures({ "cpu.mean": flat(0.9) })],
    ["waited for 20 %", figures({ "pressure.cpu": flat(0.1999) }), figures({ "pressure.cpu": flat(0.2) })],
  ])("more cores: %s, by the mean over the time of all runs", (_, below, at) => {
    expect(verdictOf(runs(5, below))).toBe("keep");
    expect(verdictOf(runs(5, at))).toBe("more_cores");
    // A short run weighs little.
    expect(verdictOf([...runs(5, below), run({ ...at, durationMs: 1 })])).toBe("keep");
  });

  test("more cores: not when one thread is the limit", () => {
    const waits = figures({ "pressure.cpu": flat(0.3) });
    expect(verdictOf(runs(5, { ...waits, oneThreadShare: 0.499 }))).toBe("more_cores");
    const limited = runs(5, { ...waits, oneThreadShare: 0.5 });
    expect(verdictOf(limited)).toBe("keep");
    expect(reasonsOf(limited)).toContain("One thread is the limit in 50 % of the time: more cores will not help");
  });

  test("more memory: only when the machine's ran out, or all threads waited for it in more than 5 %", () => {
    const full = figures({ "memory.used": flat(0.99) });
    // Occupancy alone says nothing: heaps take what there is.
    expect(verdictOf(runs(5, full))).toBe("keep");
    expect(verdictOf([...runs(5, full), run({ ...full, oomKills: 1 })])).toBe("keep");
    const killed = [...runs(5, full), run({ result: "failure", oomKills: 1, oomKillsOfMachine: 1 })];
    expect(verdictOf(killed)).toBe("more_memory");
    expect(reasonsOf(killed)).toContain("In 1 of 6 runs the memory ran out");
    expect(verdictOf(runs(5, figures({ "pressure.memory_full": flat(0.05) })))).toBe("smaller");
    expect(verdictOf(runs(5, figures({ "pressure.memory_full": flat(0.0501) })))).toBe("more_memory");
    expect(verdictOf(runs(5, figures({ "pressure.memory": flat(0.9) })))).toBe("smaller");
  });

  test("more of both", () => {
    const both = runs(5, { ...figures({ "cpu.mean": flat(0.95) }), oomKills: 1, oomKillsOfMachine: 1 });
    expect(verdictOf(both)).toBe("more_cores_and_memory");
  });

  test("by the largest run, not by the mean", () => {
    const { needs } = adviceFor([...runs(9), run(figures({ "cpu.mean": { ...flat(0.1), p995: 0.5 } }))]);
    expect(needs?.cores).toBe(8 * 0.5 * 1.2);
  });
});
