import { expect } from "bun:test";
import type { Agent, AgentEnd } from "./agent.ts";
import { deliveryOf, linesOf } from "./lines.ts";
import { logsJson } from "./samples.ts";
import type { Store } from "./stores.ts";

/** The steps that most end-to-end tests are made of, with the expectations that belong to them. */

/** POSTs the log lines `line-<from>` … `line-<to - 1>`, each of which must be acknowledged, and returns them. */
export async function sendLogs(agent: Agent, from: number, to: number, padBytes = 0): Promise<string[]> {
  const lines: string[] = [];
  for (let n = from; n < to; n++) {
    const line = logsJson(`line-${n}`, padBytes);
    expect((await agent.post("/v1/logs", line)).status).toBe(200);
    lines.push(line);
  }
  return lines;
}

/** Every line stands in exactly one object, and nothing else does. `stream` looks at that stream's objects only. */
export async function expectDelivered(store: Store, lines: readonly string[], stream?: string): Promise<void> {
  const delivery = deliveryOf(lines, linesOf(await store.objects(), stream));
  expect(delivery, stream).toEqual({ missing: [], doubled: [], foreign: [] });
}

/** Waits for the words in the log. They stand there once by then. */
export async function expectSaidOnce(agent: Agent, words: RegExp): Promise<void> {
  await agent.said(words);
  expect(agent.log.match(new RegExp(words, "g")), agent.log).toHaveLength(1);
}

/** Stops it with SIGTERM; `code` is the expected exit code, 0 when everything could be delivered. */
export async function expectStop(agent: Agent, code = 0): Promise<AgentEnd> {
  const end = await agent.stop();
  expect(end.code, end.log).toBe(code);
  return end;
}
