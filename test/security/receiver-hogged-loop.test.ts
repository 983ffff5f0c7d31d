/** Connections that send request after request without waiting for answers: others are heard all the same. */
import { describe, setDefaultTimeout, test } from "bun:test";
import { needs } from "../support/built.ts";
import { HonestSender } from "../support/honest-sender.ts";
import { quickly } from "../support/pace.ts";
import { logsJson } from "../support/samples.ts";
import { startAgent } from "../support/start-agent.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";
import { Attack, type AttackRequest } from "./attack.ts";
import { PageProbe } from "./page-probe.ts";

setDefaultTimeout(60_000);

const KINDS: readonly (readonly [what: string, connections: number, request: AttackRequest])[] = [
  ["small requests", 1, { line: "POST /v1/logs", body: Buffer.from(logsJson("x")) }],
  ["small requests", 16, { line: "POST /v1/logs", body: Buffer.from(logsJson("x")) }],
  ["requests for /stats", 4, { line: "GET /stats" }],
  ["requests that are refused unread", 4, { line: "POST /v1/logs", headers: { "content-type": "text/plain" } }],
  ["requests for nothing", 4, { line: "GET /nothing" }],
];

const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing)(agentOnly.title("a hogged event loop"), () => {
  test.each(KINDS)(
    "%s on %d connections",
    quickly(async (_, connections, request) => {
      await using store = await FolderStore.start();
      await using base = await TempDir.create("base");
      await using agent = await startAgent(store, base);
      await using _attack = await Attack.start(agent, "pipeline", connections, request);
      const honest = new HonestSender(agent).start();
      const health = new PageProbe(agent, "/health");
      await Bun.sleep(2000);
      await Promise.all([health.expectQuick(), honest.stop()]);
      honest.expectUnhurt();
    }),
  );
});
