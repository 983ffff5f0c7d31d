import { Agent } from "../support/agent.ts";
import { built } from "../support/built.ts";
import type { Random } from "./random.ts";
import type { LifePlan } from "./storm-plan.ts";
import type { World } from "./world.ts";

/** Little rings and quick objects, so that every step of a delivery happens many times a second. */
const FLAGS = ["--no-collector", "--push-frequency", "1s", "--buffer-lines", "40", "--drain-timeout", "2s"];

/** What stays the same from life to life. */
export interface StormPlace {
  readonly world: World;
  readonly baseDirectory: string;
  readonly port: number;
}

/** What changes from life to life, as far as the start is concerned. */
export type SpawnPlan = Pick<LifePlan, "bufferBytes" | "form" | "clock" | "end">;

/** Starts a life, without waiting for it to listen. */
export function spawnStormAgent(place: StormPlace, plan: SpawnPlan, random: Random): Promise<Agent> {
  const { world, baseDirectory, port } = place;
  const { bufferBytes, form, clock, end } = plan;
  const launcher = end.kind === "kill" ? end.moment.launcher?.(random) : undefined;
  return Agent.spawn({
    executable: built("executable"),
    baseDirectory,
    port,
    flags: [...world.store.flags, ...FLAGS, "--buffer-bytes", bufferBytes, ...form],
    environment: { ...world.store.environment, ...clock },
    ...(launcher === undefined ? {} : { launcher }),
  });
}
