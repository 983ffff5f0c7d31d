import { Agent, type AgentOptions } from "./agent.ts";
import { built } from "./built.ts";
import type { Store } from "./stores.ts";
import type { TempDir } from "./temp-dir.ts";

/**
 * Objects every second instead of every minute, and no collector: what most end-to-end tests want. Flags given later
 * win over these.
 */
const QUICK = ["--push-frequency", "1s", "--no-collector"];

/** The agent as built, delivering to `store`, its rings in `base`. */
export function startAgent(store: Store, base: TempDir, flags: readonly string[] = []): Promise<Agent> {
  return Agent.start(agentOptions(store, base, [...QUICK, ...flags]));
}

/** The same without {@link startAgent}'s defaults: options for `Agent.start` and `Agent.spawn`. */
export function agentOptions(store: Store, base: TempDir, flags: readonly string[]): AgentOptions {
  return {
    executable: built("executable"),
    baseDirectory: base.path,
    flags: [...store.flags, ...flags],
    environment: store.environment,
  };
}
