/** The compiled agent beside a runner that writes and deletes like the real one. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { spanIdOf, traceIdOf } from "../../src/job/ids.ts";
import { Agent, type AgentOptions } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { arrayAt, valueAt } from "../support/json.ts";
import { linesOf } from "../support/lines.ts";
import { OtelcolReader } from "../support/otelcol-reader.ts";
import { type RunnerJob, runnerJob } from "../support/runner-job.ts";
import { StandInRunner, type StandInStep } from "../support/stand-in-runner.ts";
import { agentOptions } from "../support/start-agent.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const parts = needs("executable", "collector");

/** An agent that reads `diag` with the output of jobs, and has no collector. */
function optionsOf(store: FolderStore, base: TempDir, diag: string): AgentOptions {
  const reading = ["--collector-diag-glob", `${diag}/**/*.log`, "--collector-path", base.file("no-collector")];
  return agentOptions(store, base, ["--push-frequency", "1s", ...reading]);
}

function attributesOf(value: unknown, ...path: readonly (string | number)[]): Record<string, string> {
  const pairs = arrayAt(value, ...path, "attributes").map((pair) => {
    return [String(valueAt(pair, "key")), String(valueAt(pair, "value", "stringValue"))] as const;
  });
  return Object.fromEntries(pairs);
}

/** What is stored of one stream, flat, each with the attributes of its resource. */
async function storedOf(store: FolderStore, stream: "gha-logs" | "traces"): Promise<Stored[]> {
  const [resources, scopes, items] =
    stream === "traces"
      ? (["resourceSpans", "scopeSpans", "spans"] as const)
      : (["resourceLogs", "scopeLogs", "logRecords"] as const);
  const lines = linesOf(await store.objects(), stream).map((line): unknown => JSON.parse(line));
  return lines.flatMap((line) =>
    arrayAt(line, resources).flatMap((group) =>
      arrayAt(group, scopes, 0, items).map((item) => ({
        item,
        resource: attributesOf(group, "resource"),
        attributes: attributesOf(item),
      })),
    ),
  );
}

interface Stored {
  readonly item: unknown;
  readonly resource: Record<string, string>;
  readonly attributes: Record<string, string>;
}

function traceOf({ repository, runId, attempt }: RunnerJob): string {
  return traceIdOf({ serverUrl: "https://github.com", repository, runId, attempt });
}

/** Every line that a step has printed, in its order, is a record with its trace and span, once. */
function expectOutput(stored: readonly Stored[], job: RunnerJob, { id, lines }: StandInStep): void {
  const traceId = traceOf(job);
  const spanId = spanIdOf(traceId, job.id, id);
  const own = stored.filter(({ attributes }) => attributes["cicd.pipeline.task.run.id"] === id);
  expect(own.map(({ item }) => valueAt(item, "body", "stringValue"))).toEqual([...lines]);
  for (const { item, resource } of own) {
    expect([valueAt(item, "traceId"), valueAt(item, "spanId")]).toEqual([traceId, spanId]);
    expect(resource["cicd.pipeline.run.id"]).toBe(job.runId);
  }
}

/** The collector takes every line, and says in its own words what was in them. */
async function expectUnderstood(store: FolderStore, words: readonly string[]): Promise<void> {
  await using reader = await OtelcolReader.start();
  const objects = await store.objects();
  let lines = 0;
  for (const [stream, signal] of [["gha-logs", "logs"] as const, ["traces", "traces"] as const]) {
    for (const line of linesOf(objects, stream)) {
      expect(await reader.read(signal, line)).toMatchObject({ status: 200 });
      lines++;
    }
  }
  const understood = JSON.stringify(await reader.understood(lines));
  for (const word of words) expect(understood).toContain(word);
}

describe.skipIf(parts.missing)(parts.title("a job"), () => {
  test("is told by its spans, and each line of its output stands once under its step", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const diag = base.file("_diag");
    using runner = new StandInRunner({ diag, uploadEveryMs: 200, pageBytes: 64 * 1024 });
    await using agent = await Agent.start(optionsOf(store, base, diag));
    // The folder is watched from the first look on.
    await eventually("the folders", async () => Number(valueAt(await agent.stats(), "runner_logs", "folders")) >= 2);

    const job = runnerJob({ ballast: 900_000, steps: ["Compile", "Never", "Serve", "Test"] });
    const run = runner.begin(job);
    const setup = run.ownStep("setup_job");
    setup.print("Current runner version: '2.999.0'");
    await Bun.sleep(100);
    setup.end();
    const compile = run.step("Compile");
    // Some pages, in pieces of a buffer.
    for (let n = 0; n < 3000; n++) {
      compile.print(
        `##[group]line ${n} \u001b[36;1m[2026-11-26 10:00:00Z INFO StepsRunner] Processing step: DisplayName='x'`,
      );
      if (n % 500 === 0) await Bun.sleep(10);
    }
    compile.print("two\n[2026-11-26 10:00:00Z INFO StepsRunner] Processing step: DisplayName='forged'");
    compile.endEmbedded();
    compile.end();
    run.skip("Never");
    const serve = run.backgroundStep("Serve");
    serve.print("listening");
    const steps = [setup, compile, serve];
    // Steps that are over at once, and whose pages are deleted at once.
    for (let n = 0; n < 10; n++) {
      const short = run.step(`Post ${n}`, { id: crypto.randomUUID(), contextName: "" });
      short.print(`short ${n}`);
      // A tenth of what most pages live for.
      await Bun.sleep(100);
      short.end();
      runner.upload();
      steps.push(short);
    }
    const failing = run.step("Test");
    failing.print("1 test failed");
    failing.end("failed", "Process completed with exit code 23.");
    steps.push(failing);
    serve.end();
    run.end("Failed");
    await Bun.sleep(2500);
    await expectStop(agent);

    const stored = await storedOf(store, "gha-logs");
    for (const step of steps) expectOutput(stored, job, step);
    // The runner's own entries are those of the job, too, from the first one on.
    const entries = stored.filter(({ attributes }) => attributes["log.file.name"]?.startsWith("Worker_"));
    expect(entries.length).toBeGreaterThan(30);
    for (const { item, resource } of entries) {
      expect([valueAt(item, "traceId"), resource["cicd.pipeline.run.id"]]).toEqual([traceOf(job), job.runId]);
    }

    const spans = await storedOf(store, "traces");
    const byName = new Map(spans.map((span) => [String(valueAt(span.item, "name")), span]));
    expect(spans.length).toBe(byName.size);
    const results = [...byName].map(([name, { attributes }]) => [name, attributes["cicd.pipeline.task.run.result"]]);
    expect(Object.fromEntries(results)).toMatchObject({
      [job.name]: "failure",
      "Set up job": "success",
      Compile: "success",
      Never: "skip",
      Serve: "success",
      "Post 0": "success",
      Test: "failure",
    });
    expect(byName.size).toBe(16);
    for (const step of steps) {
      const span = spans.find(({ attributes }) => attributes["cicd.pipeline.task.run.id"] === step.id);
      expect(valueAt(span?.item, "spanId")).toBe(spanIdOf(traceOf(job), job.id, step.id));
      expect(valueAt(span?.item, "parentSpanId")).toBe(spanIdOf(traceOf(job), job.id));
    }
    expect(byName.get("Test")?.attributes["error.type"]).toBe("exit_code_23");
    expect(byName.get(job.name)?.resource).toMatchObject({
      "cicd.pipeline.name": "CI",
      "cicd.pipeline.run.url.full": "https://github.com/acme/widgets/actions/runs/7210000001/attempts/2",
      "cicd.pipeline.task.run.url.full": "https://github.com/acme/widgets/actions/runs/7210000001/job/4711",
      "vcs.repository.url.full": "https://github.com/acme/widgets",
      "vcs.repository.name": "widgets",
      "vcs.owner.name": "acme",
      "vcs.ref.head.name": "feature",
      "vcs.ref.head.revision": "0123456789abcdef0123456789abcdef01234567",
      "vcs.change.id": "17",
    });
  });

  test("whose runner and whose agent are killed is whole at the next start, and nothing is there twice", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const diag = base.file("_diag");
    // What it has uploaded it would delete, perhaps before the agent is there.
    using runner = new StandInRunner({ diag, uploadEveryMs: 60_000 });
    const options = optionsOf(store, base, diag);
    const job = runnerJob();
    const run = runner.begin(job);
    const compile = run.step("Compile");
    for (let n = 0; n < 2000; n++) compile.print(`line ${n}`);
    compile.end();
    const endless = run.step("Test");
    for (let n = 0; n < 2000; n++) endless.print(`line ${n}`);
    {
      await using agent = await Agent.start(options);
      await eventually("the first span", async () => (await storedOf(store, "traces")).length > 0);
      await agent.kill();
    }
    runner.kill();
    await using second = await Agent.start(options);
    await Bun.sleep(500);
    await second.kill();
    await using last = await Agent.start(options);
    await expectStop(last);

    const stored = await storedOf(store, "gha-logs");
    expectOutput(stored, job, compile);
    // What its last buffer held was lost with the runner.
    const own = stored.filter(({ attributes }) => attributes["cicd.pipeline.task.run.id"] === endless.id);
    expect(own.length).toBeLessThan(2000);
    expect(own.length).toBeGreaterThan(1800);
    const texts = own.map(({ item }) => String(valueAt(item, "body", "stringValue")));
    const cut = texts.pop() ?? "";
    expect(texts).toEqual(endless.lines.slice(0, texts.length));
    expect(endless.lines[texts.length]).toStartWith(cut);
    const spans = (await storedOf(store, "traces")).map(({ item, attributes }) => {
      return [valueAt(item, "name"), attributes["cicd.pipeline.task.run.result"], attributes["error.type"]];
    });
    expect(spans).toEqual([
      ["Compile", "success", undefined],
      ["Test", "error", "unfinished"],
      [job.name, "error", "unfinished"],
    ]);
    await expectUnderstood(store, [
      traceOf(job),
      spanIdOf(traceOf(job), job.id, endless.id),
      "line 1234",
      "unfinished",
    ]);
  });
});
