/** The stored lines in the hands of readers that know nothing of us: the OpenTelemetry Collector and DuckDB. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { hostname } from "node:os";
import { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { codeBlocks } from "../support/code-blocks.ts";
import { collectorOptions } from "../support/collector.ts";
import { duckDbRows } from "../support/duckdb.ts";
import { eventually } from "../support/eventually.ts";
import { sendWithSdk, SENT } from "../support/exporters.ts";
import { numberAt } from "../support/json.ts";
import { linesOf } from "../support/lines.ts";
import { OtelcolReader } from "../support/otelcol-reader.ts";
import { requestJson, SIGNAL_PATHS } from "../support/samples.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(90_000);

const agentOnly = needs("executable");
const withCollector = needs("executable", "collector");

describe.skipIf(withCollector.missing)(withCollector.title("the collector as reader"), () => {
  test("understands every stored line: the SDK's in both encodings, and the collector's own", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await Agent.start(collectorOptions(store, base, []));
    await sendWithSdk({ origin: agent.origin, encoding: "json", compression: "none" });
    await sendWithSdk({ origin: agent.origin, encoding: "protobuf", compression: "gzip" });
    const metricLines = async (): Promise<number> =>
      numberAt(await agent.stats(), "streams", "metrics", "accepted_requests");
    await eventually("the collector's own metrics", async () => (await metricLines()) > 2, { timeoutMs: 30_000 });
    await expectStop(agent);

    await using reader = await OtelcolReader.start();
    const objects = await store.objects();
    let lines = 0;
    for (const signal of ["logs", "metrics", "traces"] as const) {
      for (const line of linesOf(objects, signal)) {
        expect(await reader.read(signal, line), line).toMatchObject({ status: 200 });
        lines++;
      }
    }
    expect(lines).toBeGreaterThan(6);
    const understood = JSON.stringify(await reader.understood(lines));
    for (const word of [
      SENT.log.body,
      SENT.counter.name,
      SENT.histogram.name,
      SENT.span.name,
      "system.cpu.utilization",
    ]) {
      expect(understood).toContain(word);
    }
  });
});

describe.skipIf(agentOnly.missing)(agentOnly.title("DuckDB as reader"), () => {
  test("counts the items of every stream's objects", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    for (const stream of ["logs", "metrics", "traces", "gha-logs"] as const) {
      for (let n = 0; n < 20; n++) {
        const answer = await agent.post(SIGNAL_PATHS[stream], requestJson(stream, `${stream}-${n}`));
        expect(answer.status).toBe(200);
      }
    }
    await expectStop(agent);

    const texts = `SELECT count(DISTINCT record.body.stringValue)::INTEGER AS n FROM (
      SELECT unnest(scope.logRecords) AS record FROM (
        SELECT unnest(resource.scopeLogs) AS scope FROM (
          SELECT unnest(resourceLogs) AS resource FROM read_json('${store.folder}/*.logs.log'))))`;
    expect(await duckDbRows(texts)).toEqual([{ n: 20 }]);
    const lines = `SELECT count(*)::INTEGER AS n FROM read_json('${store.folder}/*.log', union_by_name = true)`;
    expect(await duckDbRows(lines)).toEqual([{ n: 80 }]);
  });

  test.skipIf(withCollector.missing)("answers the query of README.md: time, host, value and unit", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await Agent.start(collectorOptions(store, base, []));
    await eventually(
      "host metrics in an object",
      async () => linesOf(await store.objects(), "metrics").some((line) => line.includes("system.cpu.utilization")),
      { timeoutMs: 30_000, everyMs: 200 },
    );
    await expectStop(agent);

    const [sql = ""] = codeBlocks("README.md", "sql");
    const rows = await duckDbRows(sql.replace("warp-telemetry-data/objects", store.folder));
    expect(rows.length).toBeGreaterThan(0);
    expect(rows).toContainEqual({
      time: expect.stringMatching(/^20\d\d-\d\d-\d\d \d\d:\d\d:\d\d/),
      host: hostname(),
      metric: "system.cpu.utilization",
      value: expect.any(Number),
      unit: "%",
    });
  });
});
