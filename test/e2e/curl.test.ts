/** The three curl lines of the first README, typed as they stand there: their bodies are stored byte for byte. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(30_000);

const agentOnly = needs("executable");
const hasCurl = Bun.which("curl") !== null;

const LINES = {
  logs: `curl -X POST http://localhost:33931/v1/logs \\
  -H "Content-Type: application/json" \\
  -d '{"logs": [{"body": "test log message"}]}'`,
  metrics: `curl -X POST http://localhost:33931/v1/metrics \\
  -H "Content-Type: application/json" \\
  -d '{"metrics": [{"name": "cpu_usage", "value": 75.5}]}'`,
  traces: `curl -X POST http://localhost:33931/v1/traces \\
  -H "Content-Type: application/json" \\
  -d '{"traces": [{"span_id": "123", "trace_id": "456"}]}'`,
};

/** Types it into a shell; only the port is the test's own. Answers what curl printed. */
async function type(agent: Agent, line: string): Promise<string> {
  const script = `set -e; ${line.replace("33931", String(agent.port))} --silent --show-error --fail-with-body`;
  await using shell = new Child(["sh", "-c", script]);
  const { code } = await shell.ended(10_000);
  expect(code, shell.output).toBe(0);
  return shell.output;
}

describe.skipIf(agentOnly.missing || !hasCurl)(agentOnly.title("curl, as in the README"), () => {
  test("each body is a line of its stream's next object", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    expect(await type(agent, LINES.logs)).toContain('"resourceLogs\\" expected');
    expect(await type(agent, LINES.metrics)).toContain('"resourceMetrics\\" expected');
    expect(await type(agent, LINES.traces)).toContain('"resourceSpans\\" expected');
    await expectStop(agent);

    await expectDelivered(store, ['{"logs": [{"body": "test log message"}]}'], "logs");
    await expectDelivered(store, ['{"metrics": [{"name": "cpu_usage", "value": 75.5}]}'], "metrics");
    await expectDelivered(store, ['{"traces": [{"span_id": "123", "trace_id": "456"}]}'], "traces");
  });
});
