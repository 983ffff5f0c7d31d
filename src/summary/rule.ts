/**
 * The rule by which a machine is called too large or too small, with where each number comes from. It is printed with every
 * advice, so a number here is a number there.
 */
export const RULE = {
  /** One run says what happened once. */
  runsMin: 5,
  /** A run that was measured less may have had its peak in the rest. */
  measuredShareMin: 0.9,
  /** Of AWS Compute Optimizer's defaults: percentile 99.5 of the CPU, and headroom of both. */
  headroom: 1.2,
  /** For the page cache, of which the peak has nothing: runnerd leaves as much. */
  cacheBytes: 2 ** 30,
  /** With more, threads wait for the cores that there are. Ours. */
  smallerMaxCpuPressure: 0.05,
  /** Depot's. */
  largerMinCpu: 0.9,
  /** Ours. */
  largerMinCpuPressure: 0.2,
  /** Of the time in which all threads waited for memory. Ours. */
  largerMinMemoryStall: 0.05,
  /** From here on more cores are not what a job lacks. Ours. */
  oneThreadMinShare: 0.5,
} as const;

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const HEADROOM = `× ${RULE.headroom}`;

/** The rule for people, a sentence each. */
export const RULE_TEXT: readonly string[] = [
  `Advice takes ${RULE.runsMin} runs of the same repository, workflow and job on machines of the same size that ended by themselves (success, failure or error) and were measured for ${percent(RULE.measuredShareMin)} of their time.`,
  `Smaller, if half of the machine is enough: ${RULE.runsMin} runs with success, no OOM kill in any run, P99.5 of the busy cores ${HEADROOM} fits (the defaults of AWS Compute Optimizer), the peak of the memory without file cache ${HEADROOM} + 1 GiB fits (the same, and the page cache that runnerd leaves), and CPU pressure is below ${percent(RULE.smallerMaxCpuPressure)} of the time in each run (ours).`,
  `More cores, if their mean use is ${percent(RULE.largerMinCpu)} or more (Depot's rule), or threads waited for a core in ${percent(RULE.largerMinCpuPressure)} of the time or more (ours); not if one thread was the limit for ${percent(RULE.oneThreadMinShare)} of the time (ours).`,
  `More memory, only if the memory of the machine ran out and the kernel killed a process, or all threads waited for memory (PSI full) in more than ${percent(RULE.largerMinMemoryStall)} of the time (ours).`,
];

/** What no rule knows of a job. */
export const HEAP_WARNING =
  "A heap of a JVM or of another garbage collector grows with the machine: a high peak may be what it took, not what it needs, and on a smaller machine it may be slower or need a limit of its own.";
