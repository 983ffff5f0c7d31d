import { ColdMemory } from "./cold-memory.ts";
import { type Load, type LoadOptions, measure, type Measured } from "./measure.ts";
import { measuredWords } from "./measured-table.ts";
import type { StartTarget } from "./targets.ts";

/**
 * Measures targets that write files while the page cache takes memory that this machine has never touched. All that is
 * written stays until the end, because memory that is given back would be warm for the next one. Only whole rounds count;
 * none where such memory cannot be had, or runs out before the first is over.
 */
export async function measureCold(
  loads: readonly Load[],
  targets: readonly StartTarget[],
  options: LoadOptions & { readonly rounds: number },
  say: (line: string) => void,
): Promise<Measured[]> {
  const all: Measured[] = [];
  using memory = ColdMemory.find();
  if (memory === undefined) return all;
  await using kept = new AsyncDisposableStack();
  for (let round = 0; round < options.rounds; round++) {
    const ofRound: Measured[] = [];
    for (const load of loads) {
      for (const start of targets) {
        const target = kept.use(await start());
        const measured = await measure(target, load, options);
        await target.stop();
        // What waits for the disk would sooner or later hold up whoever writes.
        Bun.spawnSync(["sync"]);
        if (!memory.isCold()) return all;
        say(measuredWords(measured));
        ofRound.push(measured);
      }
    }
    all.push(...ofRound);
  }
  return all;
}
