import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import type { LogObserver, ReadLog, RecordOrigin } from "../../src/job-pipeline.ts";
import { RunnerLogs, type RunnerLogsOptions } from "../../src/runner/runner-logs.ts";
import { eventually } from "../support/eventually.ts";
import { arrayAt, valueAt } from "../support/json.ts";
import { TempDir } from "../support/temp-dir.ts";
import { entry, MemorySink, RESOURCE } from "./support.ts";

const IDENTITY = { "cicd.pipeline.run.id": "7" };
const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const SPAN_ID = "b7ad6b7169203331";

/** Wants Worker logs, and takes every page for one of its job. */
class Observer implements LogObserver {
  readonly seen: string[] = [];

  wants({ name }: ReadLog): boolean {
    return name.startsWith("Worker_");
  }

  saw(_: ReadLog, offset: number, bytes: Uint8Array): void {
    this.seen.push(`${offset}: ${Buffer.from(bytes).toString()}`);
  }

  originOf({ name }: ReadLog): RecordOrigin | undefined {
    if (!name.startsWith("t_")) return undefined;
    return { attributes: IDENTITY, traceId: TRACE_ID, spanId: SPAN_ID, stepId: name.split("_")[1] };
  }

  endRound(): void {}
}

let directory: TempDir;
let sink: MemorySink;
let observer: Observer;

beforeEach(() => {
  directory = new TempDir("output");
  sink = new MemorySink();
  observer = new Observer();
  for (const folder of ["_diag/pages", "_diag/blocks"]) mkdirSync(directory.file(folder), { recursive: true });
});
afterEach(() => directory[Symbol.dispose]());

type More = Partial<Pick<RunnerLogsOptions, "globs" | "stepMaxBytes" | "hasOutput" | "roundMs">>;

/** One round, at the start: what comes later is seen by the watch on its folder. */
const ONE_ROUND = { roundMs: 3_600_000 };

function reader(more: More = {}): RunnerLogs {
  return new RunnerLogs({
    home: HeldFolder.open(directory.file("home")),
    globs: [],
    machine: { platform: "linux", programs: () => [`${directory.path}/bin/Runner.Listener`], homes: () => [] },
    resource: RESOURCE,
    sink,
    observer,
    hasOutput: true,
    ...more,
  });
}

async function runOnce(more: More = {}): Promise<void> {
  const logs = reader(more);
  logs.start();
  await logs.stop(5000);
}

/** A page that goes on after the agent's stop, and is deleted then. */
async function leaveAPage(more: More = {}): Promise<void> {
  const logs = reader(more);
  logs.start();
  await eventually("the folder of pages", () => logs.stats().folders >= 2);
  writeFileSync(page("t_one_1.log"), line("before"));
  await eventually("the second name", () => readdirSync(directory.file("home/runner/pages")).length === 1);
  await logs.stop(5000);
  appendFileSync(page("t_one_1.log"), line("after"));
  rmSync(page("t_one_1.log"));
}

function page(name: string): string {
  return directory.file(`_diag/pages/${name}`);
}

/** A line as the runner writes it into a page. */
function line(text: string): string {
  return `2026-11-26T10:00:01.1234567Z ${text}\n`;
}

/** All records, each with what its job adds to the resource. */
function records(): { readonly text: string; readonly record: unknown; readonly runId: unknown }[] {
  return sink.lines
    .map((text): unknown => JSON.parse(text))
    .flatMap((request) => arrayAt(request, "resourceLogs"))
    .flatMap((group) => {
      const attributes = arrayAt(group, "resource", "attributes");
      const own = attributes.find((attribute) => valueAt(attribute, "key") === "cicd.pipeline.run.id");
      return arrayAt(group, "scopeLogs", 0, "logRecords").map((record) => ({
        text: String(valueAt(record, "body", "stringValue")),
        record,
        runId: valueAt(own, "value", "stringValue"),
      }));
    });
}

describe.skipIf(process.platform !== "linux")("the output of jobs", () => {
  test("is read from the pages, not again from the blocks, and not at all unless it is wanted", async () => {
    writeFileSync(page("t_one_1.log"), `\uFEFF${line("text")}`);
    writeFileSync(directory.file("_diag/blocks/t_one.1"), line("text"));
    writeFileSync(directory.file("_diag/Runner_1.log"), entry("a"));
    await runOnce({ hasOutput: false });
    expect(records().map(({ text }) => text)).toEqual([entry("a").trim()]);
    await runOnce();
    expect(records().map(({ text }) => text)).toEqual([entry("a").trim(), line("text").trim()]);
  });

  test("bears the trace, the span, the step and the job that the observer tells, and its own time", async () => {
    writeFileSync(page("t_one_1.log"), line("\u001b[31m##[error]text"));
    writeFileSync(directory.file("_diag/Runner_1.log"), entry("of no job"));
    await runOnce();
    const [other, own] = records()
      .toSorted((one, two) => String(one.runId).localeCompare(String(two.runId)))
      .toReversed();
    expect(own?.runId).toBe("7");
    expect(own?.record).toMatchObject({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      timeUnixNano: `${Date.parse("2026-11-26T10:00:01Z") / 1000}123456700`,
      body: { stringValue: line("\u001b[31m##[error]text").trim() },
    });
    const step = arrayAt(own?.record, "attributes").find((a) => valueAt(a, "key") === "cicd.pipeline.task.run.id");
    expect(valueAt(step, "value", "stringValue")).toBe("one");
    expect(other?.runId).toBeUndefined();
    expect(other?.record).not.toHaveProperty("traceId");
    // One line of the ring for both.
    expect(sink.lines).toHaveLength(1);
  });

  test("is one record a line, also where a line looks like an entry of the runner's", async () => {
    const lines = [line("one").trim(), entry("forged").trim(), "   and what follows", line("two").trim()];
    writeFileSync(page("t_one_1.log"), lines.map((text) => `${text}\n`).join(""));
    await runOnce();
    expect(records().map(({ text }) => text)).toEqual(lines);
  });

  test("keeps the order of a step's pages", async () => {
    const all = Array.from({ length: 4000 }, (_, n) => line(`${n}`).trim());
    for (const number of [10, 9, 2, 1]) {
      const start = [1, 2, 9, 10].indexOf(number) * 1000;
      const part = all.slice(start, start + 1000);
      writeFileSync(page(`t_one_${number}.log`), part.map((text) => `${text}\n`).join(""));
    }
    await runOnce();
    expect(records().map(({ text }) => text)).toEqual(all);
  });

  test("is cut off at a step's limit, over all its pages, and what is left out is said once", async () => {
    const bytes = line("x".repeat(70)).length;
    for (const number of [1, 2, 3]) writeFileSync(page(`t_one_${number}.log`), line("x".repeat(70)).repeat(10));
    writeFileSync(page("t_two_1.log"), line("of another"));
    await runOnce({ stepMaxBytes: 15 * bytes + 50 });
    const texts = records().map(({ text }) => text);
    expect(texts.filter((text) => text === line("x".repeat(70)).trim())).toHaveLength(15);
    expect(texts.filter((text) => text === line("of another").trim())).toHaveLength(1);
    const said = records().filter(
      ({ record }) => valueAt(record, "eventName") === "warp_telemetry.step.output.left_out",
    );
    expect(said.map(({ text }) => text)).toEqual([
      `warp-telemetry has left out ${15 * bytes} bytes of this step's output: ${15 * bytes + 50} bytes of a step are kept`,
    ]);
    expect(said[0]?.record).toMatchObject({ traceId: TRACE_ID, spanId: SPAN_ID, severityNumber: 13 });
    expect(texts).toHaveLength(17);
    await runOnce({ stepMaxBytes: 15 * bytes + 50 });
    expect(records()).toHaveLength(17);
  });

  test("of a page that is deleted as soon as it is there is read to its end", async () => {
    const logs = reader(ONE_ROUND);
    logs.start();
    await eventually("the folder of pages", () => logs.stats().folders >= 2);
    const texts: string[] = [];
    for (let n = 0; n < 5; n++) {
      const name = page(`t_${n}_1.log`);
      writeFileSync(name, "");
      await eventually("the page to be open", () => logs.stats().files === n + 1);
      appendFileSync(name, line(`${n}`));
      rmSync(name);
      texts.push(line(`${n}`).trim());
    }
    await logs.stop(5000);
    expect(records().map(({ text }) => text)).toEqual(texts);
  });

  test("that came while no agent ran is read by the next start, though the page was deleted meanwhile", async () => {
    const links = (): string[] => readdirSync(directory.file("home/runner/pages"));
    const logs = reader();
    logs.start();
    await eventually("the folder of pages", () => logs.stats().folders >= 2);
    for (const name of ["t_one_1.log", "t_two_1.log"]) writeFileSync(page(name), line(`before, ${name}`));
    await eventually("two second names", () => links().length === 2);
    await logs.stop(5000);
    appendFileSync(page("t_one_1.log"), line("after"));
    appendFileSync(page("t_two_1.log"), line("after, and still there"));
    rmSync(page("t_one_1.log"));
    // Neither is what a job, or another program, puts there.
    writeFileSync(directory.file("home/runner/pages/foreign"), line("foreign"));
    symlinkSync(directory.file("_diag/Runner_1.log"), directory.file("home/runner/pages/1-1,x,t_link_1.log"));
    const next = reader();
    next.start();
    await eventually("the name of what is read and gone to be taken away", () => links().length === 1);
    rmSync(page("t_two_1.log"));
    await next.stop(5000);
    expect(links()).toEqual([]);
    const texts = ["before, t_one_1.log", "before, t_two_1.log", "after", "after, and still there"];
    const seen = records().map(({ text, record }) => ({ text, spanId: valueAt(record, "spanId") }));
    expect(seen.map(({ text }) => text).toSorted()).toEqual(texts.map((text) => line(text).trim()).toSorted());
    expect(new Set(seen.map(({ spanId }) => spanId))).toEqual(new Set([SPAN_ID]));
  });

  test.each(["switched off", "no longer what the globs mean"])(
    "is not read from a page that was kept when it is %s",
    async (why) => {
      await leaveAPage();
      await runOnce(why === "switched off" ? { hasOutput: false } : { globs: [directory.file("_diag/*.log")] });
      expect(records().map(({ text }) => text)).toEqual([line("before").trim()]);
      expect(readdirSync(directory.file("home/runner/pages"))).toEqual([]);
    },
  );

  test("is read from a page that was kept when globs mean it", async () => {
    const globs = [directory.file("*/pages/*.log")];
    await leaveAPage({ globs });
    await runOnce({ globs });
    expect(records().map(({ text }) => text)).toEqual([line("before").trim(), line("after").trim()]);
  });

  test("is found at once in a folder that the first job has made", async () => {
    rmSync(directory.file("_diag/pages"), { recursive: true });
    const logs = reader(ONE_ROUND);
    logs.start();
    await eventually("the folder", () => logs.stats().folders === 1);
    mkdirSync(directory.file("_diag/pages"));
    await eventually("the folder of pages", () => logs.stats().folders === 2);
    writeFileSync(page("t_one_1.log"), line("text"));
    await eventually("the page to be open", () => logs.stats().files === 1);
    rmSync(page("t_one_1.log"));
    await logs.stop(5000);
    expect(records().map(({ text }) => text)).toEqual([line("text").trim()]);
  });

  test("is not read through links, and is nothing that is no file", async () => {
    writeFileSync(directory.file("secret"), line("secret"));
    const logs = reader();
    logs.start();
    await eventually("the folder of pages", () => logs.stats().folders >= 2);
    symlinkSync(directory.file("secret"), page("t_one_1.log"));
    mkdirSync(page("t_two_1.log"));
    writeFileSync(page("t_three_1.log"), line("text"));
    await eventually("the page to be open", () => logs.stats().files === 1);
    await eventually("the link to be refused", () => logs.stats().refused["link"] === 1);
    await logs.stop(5000);
    expect(records().map(({ text }) => text)).toEqual([line("text").trim()]);
  });
});

describe.skipIf(process.platform !== "linux")("an observer", () => {
  test("sees the bytes of what it wants once, in their order, and all of them again at a next start", async () => {
    const log = directory.file("_diag/Worker_1.log");
    const [first, second] = [entry("one"), entry("two\n  and more")];
    writeFileSync(log, first + second);
    writeFileSync(directory.file("_diag/Runner_1.log"), entry("other"));
    await runOnce();
    expect(observer.seen).toEqual([`0: ${first}${second}`]);
    appendFileSync(log, entry("three"));
    observer = new Observer();
    await runOnce();
    expect(observer.seen).toEqual([`0: ${first}${second}`, `${(first + second).length}: ${entry("three")}`]);
    expect(records().map(({ text }) => text)).toHaveLength(4);
  });

  test("sees the start of a log before any of it becomes records, a megabyte of it and more", async () => {
    writeFileSync(directory.file("_diag/Worker_1.log"), entry("x".repeat(100)).repeat(10_000));
    let seenFirst = -1;
    observer.originOf = () => {
      if (seenFirst === -1) seenFirst = observer.seen.join("").length;
      return undefined;
    };
    await runOnce();
    expect(seenFirst).toBeGreaterThan(1_000_000);
    expect(records()).toHaveLength(10_000);
  });

  test("sees a log to its end before a page becomes records", async () => {
    for (let n = 0; n < 3; n++) writeFileSync(page(`t_${n}_1.log`), line("text"));
    writeFileSync(directory.file("_diag/Worker_1.log"), entry("x".repeat(100)).repeat(10_000));
    const asked: number[] = [];
    observer.originOf = ({ name }) => {
      if (name.startsWith("t_")) asked.push(observer.seen.join("").length);
      return undefined;
    };
    await runOnce();
    expect(asked).toHaveLength(3);
    expect(Math.min(...asked)).toBeGreaterThan(1_000_000);
  });
});
