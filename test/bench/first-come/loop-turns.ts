/** For the executable that serves whoever comes first, in the place of `src/http/loop-turns.ts`: work is done at once. */
import type * as fair from "../../../src/http/loop-turns.ts";

export const TIMED_MIN_RANK = 4096;

export class LoopTurns implements Pick<fair.LoopTurns, keyof fair.LoopTurns> {
  readonly waiting = 0;

  run<T>(_rank: number, work: () => T): T {
    return work();
  }

  isFree(): boolean {
    return true;
  }

  isHogged(): boolean {
    return false;
  }
}
