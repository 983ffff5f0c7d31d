import type { Agent } from "../support/agent.ts";
import { numberAt } from "../support/json.ts";

/** Longest wait for an agent to deliver what it holds once nothing stands in its way: its backoff ends at 30 s. */
const TIMEOUT_MS = 60_000;

/** Waits until the rings are empty, and returns how many ms that took. Throws after a minute, with the agent's log. */
export async function untilEmpty(agent: Agent): Promise<number> {
  const startMs = performance.now();
  while (numberAt(await agent.stats(), "current_buffer_size") > 0) {
    if (performance.now() - startMs > TIMEOUT_MS) throw new Error(`Cannot deliver in a minute:\n${agent.log}`);
    await Bun.sleep(20);
  }
  return performance.now() - startMs;
}
