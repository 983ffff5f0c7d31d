import type { Random } from "./random.ts";
import type { Findings } from "./tally.ts";

/** What every scenario is given. */
export interface ScenarioContext {
  readonly random: Random;
  /** Less of everything: for continuous integration. */
  readonly isShort: boolean;
  /** SIGKILLs wanted over all storms. */
  readonly kills: number;
  /** Storms end when it fires, even before all kills are done. */
  readonly until: AbortSignal;
  /** Progress, for people. */
  readonly say: (line: string) => void;
}

/** One way to try to break the promises. */
export interface Scenario {
  readonly name: string;
  /** Why it cannot run here; undefined when it can. */
  readonly missing?: string | undefined;
  /** True for what continuous integration has no time for. */
  readonly isLongOnly?: boolean;
  /** True for what measures times or memory: nothing runs beside it. */
  readonly isMeasured?: boolean;
  readonly run: (context: ScenarioContext) => Promise<Findings>;
}
