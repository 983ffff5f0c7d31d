import { steppedClock } from "./clock.ts";
import { type Moment, momentsOf } from "./moments.ts";
import type { Random } from "./random.ts";
import { API_FAULTS, type NamedFault, STORE_FAULTS } from "./store-faults.ts";
import { countFault, type Life } from "./tally.ts";
import type { World } from "./world.ts";

/** How one life of a storm goes: how it ends, and what else goes wrong meanwhile. */
export interface LifePlan {
  readonly end:
    | { readonly kind: "kill"; readonly moment: Moment }
    /** The senders pause, the counters of `/stats` are compared with theirs, then it is killed. */
    | { readonly kind: "audit-and-kill" }
    | { readonly kind: "stop"; readonly isForcedBySecondSignal: boolean };
  /** Of each request to the store, and to the API, this part fails. */
  readonly faultShare: number;
  readonly bufferBytes: string;
  /** Flags: where objects go, how their names end, what compresses them. */
  readonly form: readonly string[];
  readonly clock: Readonly<Record<string, string>>;
}

/** The end that needs nothing but an agent that answers. */
export const AUDIT: LifePlan["end"] = { kind: "audit-and-kill" };

/** Settings that change from life to life. A batch that the life before has sealed keeps its own. */
const FORMS: readonly (readonly string[])[] = [
  [],
  ["--compression", "gzip"],
  ["--compression", "zstd", "--object-suffix", ".jsonl"],
];
/** In a bucket only: of a folder only the files in it are watched. */
const KEYS: readonly (readonly string[])[] = [[], ["--object-key", "{shard}/{stream}/{date}/{hour}/{agent}/{name}"]];

const CLOCK_STEPS = ["-1h", "+1h"];

/** Draws the plan of a life and sets up its faults. `before` is the ring size of the life before it. */
export function planLife(world: World, life: Life, random: Random, before: string | undefined): LifePlan {
  const bufferBytes = random.chance(0.7) ? "1MiB" : random.pick(["1MiB", "2MiB", "4MiB"]);
  if (before !== undefined && bufferBytes !== before) countFault(life, "restart with another buffer_bytes");

  const faultShare = random.pick([0.3, 0.7, 1]);
  const faultOf = <F>(faults: readonly NamedFault<F>[]): (() => F | undefined) => {
    const { name, make } = random.pick(faults);
    return () => {
      if (!random.chance(faultShare)) return undefined;
      countFault(life, name);
      return make(random);
    };
  };
  if (world.name !== "folder" && random.chance(0.5)) world.storeFault = faultOf(STORE_FAULTS);
  if (world.name === "warpbuild" && random.chance(0.25)) world.apiFault = faultOf(API_FAULTS);

  const step = random.chance(0.1) ? random.pick(CLOCK_STEPS) : undefined;
  const clock = step === undefined ? undefined : steppedClock(step);
  if (clock !== undefined) countFault(life, `clock stepped ${step}`);
  const form = formOf(world, random);
  if (form.includes("--compression")) countFault(life, "compressed objects");
  if (form.includes("--object-key")) countFault(life, "keys of a template");
  return { end: endOf(world, random), faultShare, bufferBytes, form, clock: clock ?? {} };
}

/** The WarpBuild API knows the plain form alone. */
function formOf({ name }: World, random: Random): readonly string[] {
  if (name === "warpbuild") return [];
  return [...random.pick(FORMS), ...(name === "s3" ? random.pick(KEYS) : [])];
}

function endOf(world: World, random: Random): LifePlan["end"] {
  const draw = random.next();
  if (draw < 0.12) return { kind: "stop", isForcedBySecondSignal: random.chance(0.3) };
  if (draw < 0.27) return AUDIT;
  return { kind: "kill", moment: random.pick(momentsOf(world)) };
}
