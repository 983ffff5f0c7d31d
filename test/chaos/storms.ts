import type { Scenario } from "./scenario.ts";
import { storm } from "./storm.ts";
import { WORLD_NAMES } from "./world.ts";

/** One storm a destination; they share the kills. */
export const STORMS: readonly Scenario[] = WORLD_NAMES.map((world) => ({
  name: `storm-${world}`,
  run: async ({ kills, random, say, until }) =>
    await storm({ world, kills: Math.ceil(kills / WORLD_NAMES.length), random, say, until }),
}));
