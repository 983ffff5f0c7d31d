import { watch } from "node:fs";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

/** What a moment may look at while a life runs. */
export interface MomentContext {
  readonly world: World;
  readonly baseDirectory: string;
  readonly random: Random;
  /** Resolves when the agent is gone by itself. */
  readonly ended: Promise<unknown>;
}

/** When a life ends. The first word of `name` is what is cut off. */
export interface Moment {
  readonly name: string;
  /** True when it comes before the agent listens. */
  readonly isEarly?: boolean;
  /** What the agent is started under. */
  readonly launcher?: (random: Random) => readonly string[];
  /** Resolves when it has come. Hooks it sets are removed by `world.heal()`; `abort` ends everything else. */
  readonly come: (context: MomentContext, abort: AbortSignal) => Promise<void>;
}

const BEFORE_LISTENING: Moment = {
  name: "kill -9 in recovery",
  isEarly: true,
  come: async ({ random }) => Bun.sleep(random.int(0, 70)),
};

const ANY_TIME: Moment = {
  name: "kill -9 at any time",
  come: async ({ random }) => Bun.sleep(random.int(0, 1500)),
};

/** The lock file is written right before the header slot of a seal. */
const AT_SEAL: Moment = {
  name: "kill -9 at a seal",
  come: async ({ baseDirectory, random }, abort) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const watcher = watch(`${baseDirectory}/lock`, () => resolve());
    abort.addEventListener("abort", () => watcher.close(), { once: true });
    await Bun.sleep(50);
    await promise;
    watcher.close();
    await shortly(random);
  },
};

/**
 * The kernel kills it inside one of its positional writes: ring bytes, a head, a header slot, the lock file. Which one is
 * drawn so that the first ones, those of recovery, are as likely as the later ones.
 */
const IN_WRITE: Moment = {
  name: "kill -9 inside a write to a ring or the lock",
  isEarly: true,
  launcher: (random) => {
    const count = Math.floor(2 ** (random.next() * 10));
    const inject = ["-e", "trace=pwrite64", "-e", `inject=pwrite64:signal=KILL:when=${count}`];
    return ["strace", "-D", "-f", "-qq", "-o", "/dev/null", ...inject];
  },
  come: async ({ ended }) => void (await ended),
};

const AT_PUT: Moment = {
  name: "kill -9 as a PUT begins",
  come: async ({ world, random }) => {
    await new Promise<void>((resolve) => (world.onPut = () => resolve()));
    await shortly(random);
  },
};

/** Answered by the store, or about to be: the object stands, the tail has not moved, or moves just now. */
const AFTER_PUT: Moment = {
  name: "kill -9 after a PUT, before or while the tail moves",
  come: async ({ world, random }, abort) => {
    const seen = await new Promise<{ readonly status: number | undefined }>((resolve) => (world.onPut = resolve));
    while (seen.status === undefined && !abort.aborted) await new Promise((resolve) => setImmediate(resolve));
    await shortly(random, 4);
  },
};

const AT_URL: Moment = {
  name: "kill -9 as an upload URL is asked for",
  come: async ({ world, random }) => {
    await new Promise<void>((resolve) => (world.onUrl = () => resolve()));
    await shortly(random, 4);
  },
};

const AT_FILE: Moment = {
  name: "kill -9 as an object file is written",
  come: async ({ world, random }) => {
    await new Promise<void>((resolve) => (world.onFile = () => resolve()));
    await shortly(random, 4);
  },
};

/** The moments that a world has. */
export function momentsOf({ name }: World): readonly Moment[] {
  const everywhere = [BEFORE_LISTENING, ANY_TIME, AT_SEAL, ...(Bun.which("strace") === null ? [] : [IN_WRITE])];
  if (name === "folder") return [...everywhere, AT_FILE, AT_FILE];
  return [...everywhere, AT_PUT, AFTER_PUT, AFTER_PUT, ...(name === "warpbuild" ? [AT_URL] : [])];
}

/** Some of these come at once, the others up to `mostMs` later. */
async function shortly(random: Random, mostMs = 2): Promise<void> {
  const microseconds = random.chance(0.3) ? 0 : random.int(0, mostMs * 1000);
  const untilMs = performance.now() + microseconds / 1000;
  while (performance.now() < untilMs) await new Promise((resolve) => setImmediate(resolve));
}
