import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { spanIdOf, traceIdOf } from "../../src/job/ids.ts";
import type { JobTracker } from "../../src/job/job-tracker.ts";
import type { JobMark } from "../../src/job-pipeline.ts";
import type { OfferResult } from "../../src/pipeline.ts";
import { arrayAt, numberAt, valueAt } from "../support/json.ts";
import { runnerJob } from "../support/runner-job.ts";
import { TempDir } from "../support/temp-dir.ts";
import { LogText, logNamed, readAll, SpanSink, START_MS, trackerOf } from "./support.ts";

const LOG = logNamed("Worker_20261126-100000-utc.log");

let home: TempDir;
let sink: SpanSink;

beforeEach(() => {
  home = new TempDir("job");
  sink = new SpanSink();
});
afterEach(() => home[Symbol.dispose]());

/** A tracker that wants {@link LOG} and has read `text` of it. */
function reading(text: string, options: Parameters<typeof trackerOf>[2] = {}): JobTracker {
  const tracker = trackerOf(home.path, sink, options);
  if (tracker.wants(LOG)) readAll(tracker, LOG, text);
  return tracker;
}

/** A job whose first step has ended, and whose second one runs. */
function halfway(): LogText {
  return new LogText().begin().at(2).start("Compile").at(5).tell("Compile").at(6).start("Test");
}

function mark(kind: JobMark["kind"], name: string, second: number, more: Partial<JobMark> = {}): JobMark {
  return { kind, name, source: "mark", atMs: START_MS + second * 1000, ...more };
}

describe("the spans of a job", () => {
  test("are one for the job and one for each step, of ids that every machine and every try makes alike", () => {
    const log = halfway()
      .at(9)
      .tell("Test", { result: "failed", errorMessages: ["exit code 3."] })
      .at(10)
      .end("Failed");
    reading(log.text);
    const { id, runId, repository } = log.job;
    const traceId = traceIdOf({ serverUrl: "https://github.com/", repository, runId, attempt: "2" });
    const jobSpanId = spanIdOf(traceId, id);
    expect(sink.spans.map(({ name, parentSpanId, spanId }) => [name, parentSpanId, spanId])).toEqual([
      ["Compile", jobSpanId, spanIdOf(traceId, id, log.idOf("Compile"))],
      ["Test", jobSpanId, spanIdOf(traceId, id, log.idOf("Test"))],
      [log.job.name, undefined, jobSpanId],
    ]);
    expect(sink.spans.map(({ startMs, endMs }) => [startMs - START_MS, endMs - START_MS])).toEqual([
      [2000, 5000],
      [6000, 9000],
      [0, 10_000],
    ]);
    expect(sink.spans[1]?.attributes).toMatchObject({
      "cicd.pipeline.task.run.result": "failure",
      "error.type": "exit_code_3",
      "warp_telemetry.source": "runner",
    });
  });

  test("overlap for steps that run beside the others, each with its own times", () => {
    const log = new LogText().begin().at(1).background("Compile").at(2).start("Test").at(5).tell("Test");
    reading(log.at(8).tell("Compile", { result: "canceled" }).end().text);
    expect(sink.spans.map(({ name, startMs, endMs }) => [name, startMs - START_MS, endMs - START_MS])).toEqual([
      ["Test", 2000, 5000],
      ["Compile", 1000, 8000],
      [log.job.name, 0, 8000],
    ]);
    expect(sink.resultOf("Compile")).toBe("cancellation");
  });

  test("end with the runner's word for a step beside the others of which it tells nothing else", () => {
    const log = new LogText().begin().background("Compile").at(4);
    log.entry("BackgroundStepCoordinator", "Background step '__run_1' completed with result: Failed").at(9);
    reading(log.end("Failed").text);
    expect(sink.spans.map(({ name, endMs }) => [name, endMs - START_MS])).toEqual([
      ["Compile", 4000],
      [log.job.name, 9000],
    ]);
    expect(sink.resultOf("Compile")).toBe("failure");
  });

  test("are made of the newest logs where a month of them is found", () => {
    const tracker = trackerOf(home.path, sink);
    const logs = Array.from({ length: 100 }, (_, n) => {
      return { ...logNamed(`Worker_${n}.log`), changedAtMs: Date.now() - n * 1000 };
    });
    for (const log of logs) expect(tracker.wants(log)).toBe(true);
    for (const [n, log] of logs.entries())
      readAll(tracker, log, new LogText(runnerJob({ name: `job ${n}` })).begin().end().text);
    expect(sink.names).toEqual(Array.from({ length: 64 }, (_, n) => `job ${n}`));
  });

  test("are of the right steps where a name tells no record, by the word of the runner", () => {
    const log = new LogText().begin().at(1).start("Compile for x64");
    log.entry("BackgroundStepCoordinator", "Background step '__run_1' waiting for slot.").at(2).start("Other");
    reading(log.at(3).tell("Compile").at(4).tell("", { stepId: "other" }).end().text);
    expect(sink.spans.map(({ name, startMs, endMs }) => [name, startMs - START_MS, endMs - START_MS])).toEqual([
      ["Compile for x64", 1000, 3000],
      ["Other", 2000, 4000],
      [log.job.name, 0, 4000],
    ]);
  });

  test("are there for steps that are skipped, and for those that no message announces", () => {
    const log = new LogText().begin().tell("", { action: "setup_job", stepId: "one" });
    log.start("Compile").entry("StepsRunner", "No need for updating job result with current step result 'Skipped'.");
    log.start("Post Compile").tell("", { stepId: "two" }).tell("", { action: "complete_job", stepId: "three" }).end();
    reading(log.text);
    expect(sink.names).toEqual(["Set up job", "Compile", "Post Compile", "Complete job", log.job.name]);
    expect(sink.resultOf("Compile")).toBe("skip");
    expect(sink.spans[0]?.attributes["cicd.pipeline.task.run.id"]).toBe("one");
  });

  test("of a cancelled job say so", () => {
    reading(halfway().at(7).tell("Test", { result: "canceled" }).end("Canceled").text);
    expect(sink.spans.map(({ attributes }) => attributes["cicd.pipeline.task.run.result"])).toEqual([
      "success",
      "cancellation",
      "cancellation",
    ]);
  });

  test("come at the end of the run for what never ended, as an error", () => {
    const log = halfway();
    const tracker = reading(log.text);
    expect(sink.names).toEqual(["Compile"]);
    tracker.stop(START_MS + 60_000);
    tracker.stop(START_MS + 90_000);
    expect(sink.names).toEqual(["Compile", "Test", log.job.name]);
    expect(sink.spans[1]).toMatchObject({ endMs: START_MS + 60_000, attributes: { "error.type": "unfinished" } });
    expect(sink.resultOf(log.job.name)).toBe("error");
  });

  test("end where the log ends when another job has followed, or the machine was started anew", () => {
    const log = halfway();
    let nowMs = 0;
    const tracker = reading(log.text, { nowMs: () => nowMs, bootedAtMs: START_MS - 1000 });
    nowMs = 60_000;
    tracker.endRound();
    expect(sink.names).toEqual(["Compile"]);
    const next = logNamed("Worker_20261126-110000-utc.log");
    expect(tracker.wants(next)).toBe(true);
    readAll(tracker, next, new LogText(runnerJob({ name: "next" })).at(3600).begin().entry("Worker", "").text);
    expect(sink.names).toEqual(["Compile", "Test", log.job.name]);
    expect(sink.spans[2]?.endMs).toBe(START_MS + 6000);
    expect(tracker.current?.attributes["cicd.pipeline.task.name"]).toBe("next");
    const [other, later] = [new SpanSink(), { nowMs: () => nowMs, bootedAtMs: START_MS + 7000 }];
    const rebooted = trackerOf(home.file("other"), other, later);
    rebooted.wants(LOG);
    readAll(rebooted, LOG, log.text);
    nowMs += 16_000;
    rebooted.endRound();
    expect(other.names).toEqual(["Compile", "Test", log.job.name]);
  });

  test("are made once, however often a log is read again", () => {
    const log = halfway();
    reading(log.text);
    const once = [...sink.spans];
    // As after kill -9: nothing was stopped.
    const again = reading(log.text);
    expect(sink.spans).toEqual(once);
    readAll(again, LOG, log.at(9).tell("Test").at(10).end().text);
    expect(sink.names).toEqual(["Compile", "Test", log.job.name]);
    expect(trackerOf(home.path, sink).wants(LOG)).toBe(false);
  });

  test("that a stop has ended are not made again when the job goes on", () => {
    const log = halfway();
    reading(log.text).stop(START_MS + 60_000);
    const tracker = reading(log.text);
    expect(tracker.current?.steps.map(({ name }) => name)).toEqual(["Test"]);
    readAll(tracker, LOG, log.at(90).tell("Test").start("Post").tell("", { stepId: "post" }).end().text);
    expect(sink.names).toEqual(["Compile", "Test", log.job.name, "Post"]);
  });

  test("of a line that was noted and never offered are made again", () => {
    const log = halfway();
    reading(log.text);
    const [line = ""] = sink.lines;
    // The ring does not have it: the process died between the note and the offer.
    sink.lines.length = 0;
    sink.headPosition -= line.length + 1;
    reading(log.text);
    expect(sink.names).toEqual(["Compile"]);
  });

  test.each(["full", "failed", "closed"] satisfies OfferResult[])("wait while the ring answers %s", (answer) => {
    sink.answer = answer;
    const log = halfway();
    const tracker = reading(log.text);
    tracker.endRound();
    expect(tracker.stats()).toMatchObject({ spans: 0 });
    sink.answer = "accepted";
    tracker.endRound();
    expect(sink.names).toEqual(["Compile"]);
    reading(log.text);
    expect(sink.names).toEqual(["Compile"]);
  });

  test("are bounded in number and length, whatever a log says", () => {
    const log = new LogText(runnerJob({ name: `\u0007${"n".repeat(10_000)}`, steps: [] })).begin();
    for (let n = 0; n < 3100; n++) log.start(`step ${n} ${"x".repeat(1000)}`).tell("", { stepId: `${n}` });
    reading(log.end().text);
    const { names } = sink;
    expect(names).toHaveLength(3001);
    expect(Math.max(...names.map((name) => name.length))).toBe(200);
    expect(names.at(-1)?.startsWith("nnn")).toBe(true);
  });
});

describe("what others see of a job", () => {
  test("is the job that runs, and the steps that do", () => {
    const log = new LogText().begin().background("Compile").start("Test");
    const tracker = reading(log.text);
    const { current } = tracker;
    expect(current?.steps.map(({ name, id }) => [name, id])).toEqual([
      ["Compile", log.idOf("Compile")],
      ["Test", log.idOf("Test")],
    ]);
    expect(current?.steps[1]?.spanId).toBe(spanIdOf(current?.traceId ?? "", log.job.id, log.idOf("Test")));
    expect(tracker.current).toBe(current);
    readAll(tracker, LOG, log.tell("Test").text);
    expect(tracker.current?.steps.map(({ name }) => name)).toEqual(["Compile"]);
    readAll(tracker, LOG, log.tell("Compile").end().text);
    expect(tracker.current).toBeUndefined();
  });

  test("is whose the records of a log are", () => {
    const log = halfway();
    const tracker = reading(log.text);
    const { id, timelineId } = log.job;
    const traceId = tracker.current?.traceId ?? "";
    const page = (timeline: string): string => `${timeline.toUpperCase()}_${log.idOf("Test")}_3.log`;
    expect(tracker.originOf(LOG)).toMatchObject({ traceId, spanId: spanIdOf(traceId, id), stepId: undefined });
    const origin = tracker.originOf(logNamed(page(timelineId)));
    expect(origin).toMatchObject({ traceId, stepId: log.idOf("Test") });
    expect(origin?.spanId).toBe(spanIdOf(traceId, id, log.idOf("Test")));
    expect(origin?.attributes).toBe(tracker.originOf(LOG)?.attributes);
    expect(tracker.originOf(logNamed(page(crypto.randomUUID())))).toMatchObject({ traceId: undefined });
    expect(tracker.originOf(logNamed("Runner_1.log"))).toBeUndefined();
  });

  test("is told when it has ended, after its spans are in the ring", () => {
    const ends: number[] = [];
    const tracker = reading(halfway().text, { jobEnded: () => ends.push(sink.spans.length) });
    expect(ends).toEqual([]);
    readAll(tracker, LOG, halfway().text);
    const other = logNamed("Worker_2.log");
    tracker.wants(other);
    readAll(tracker, other, new LogText(runnerJob({ name: "two" })).begin().end().text);
    expect(ends).toEqual([2]);
    tracker.endRound();
    expect(ends).toEqual([2]);
  });

  test("is no log of another kind, of another time, or a copy", () => {
    const tracker = reading(halfway().text);
    expect(tracker.wants(logNamed("Runner_1.log"))).toBe(false);
    expect(tracker.wants({ ...logNamed("Worker_old.log"), changedAtMs: Date.now() - 25 * 3600 * 1000 })).toBe(false);
    const log = new LogText().begin().start("Compile").tell("Compile");
    const [one, copy] = [logNamed("Worker_one.log"), logNamed("Worker_copy.log")];
    for (const file of [one, copy]) {
      tracker.wants(file);
      readAll(tracker, file, log.text);
    }
    expect(sink.names).toEqual(["Compile", "Compile"]);
  });

  test("is reported with the most that was used while it and each step ran", () => {
    const log = halfway();
    const tracker = reading(log.text);
    tracker.mark(mark("step-start", "bundle", 7));
    tracker.noteUse({ cpuCores: 1.5, memoryBytes: 100, memoryTotalBytes: 1000 });
    tracker.noteUse({ cpuCores: Number.NaN, memoryBytes: 300, memoryTotalBytes: 1000 });
    tracker.mark(mark("step-end", "bundle", 8));
    tracker.noteUse({ cpuCores: 2, memoryBytes: 200, memoryTotalBytes: 1000 });
    const [job] = arrayAt(tracker.report(), "jobs");
    expect(job).toMatchObject({
      peak_cpu_cores: 2,
      peak_memory_bytes: 300,
      steps: [
        { name: "Compile" },
        { name: "Test", peak_cpu_cores: 2, peak_memory_bytes: 300 },
        { name: "bundle", peak_cpu_cores: 1.5, peak_memory_bytes: 300 },
      ],
    });
    expect(valueAt(job, "steps", 0, "peak_cpu_cores")).toBeUndefined();
  });

  test("is reported with its times, results and sources", () => {
    const log = halfway();
    const tracker = reading(log.text);
    tracker.mark(mark("step-start", "bundle", 7));
    const [job] = arrayAt(tracker.report(), "jobs");
    expect(job).toMatchObject({
      name: log.job.name,
      id: log.job.id,
      source: "runner",
      started_at_ms: Date.parse("2026-11-26T10:00:00.000Z"),
      steps: [
        { name: "Compile", source: "runner", result: "success" },
        { name: "Test", source: "runner" },
        { name: "bundle", source: "mark" },
      ],
    });
    expect(numberAt(job, "steps", 0, "ended_at_ms") - numberAt(job, "steps", 0, "started_at_ms")).toBe(3000);
    for (const open of [job, valueAt(job, "steps", 1), valueAt(job, "steps", 2)]) {
      expect(valueAt(open, "ended_at_ms")).toBeUndefined();
    }
  });
});

describe("what jobs say of themselves", () => {
  test("adds steps to the job of the runner's log, and changes nothing that it says", () => {
    const log = halfway();
    const tracker = reading(log.text);
    expect(tracker.mark(mark("job-start", "mine", 7))).toBe("ignored");
    expect(tracker.mark(mark("step-end", "Test", 7, { result: "failure" }))).toBe("ignored");
    expect(tracker.mark(mark("step-start", "Test", 7))).toBe("taken");
    expect(tracker.mark(mark("step-end", "Test", 8))).toBe("taken");
    expect(tracker.mark(mark("step-start", "left open", 8))).toBe("taken");
    expect(tracker.mark(mark("job-end", "mine", 8))).toBe("ignored");
    readAll(tracker, LOG, log.at(9).tell("Test").at(10).end().text);
    const told = sink.spans.map(({ name, attributes }) => {
      return [name, attributes["warp_telemetry.source"], attributes["cicd.pipeline.task.run.result"]];
    });
    expect(told).toEqual([
      ["Compile", "runner", "success"],
      ["Test", "mark", undefined],
      ["Test", "runner", "success"],
      ["left open", "mark", "error"],
      [log.job.name, "runner", "success"],
    ]);
    expect(new Set(sink.spans.map(({ spanId }) => spanId)).size).toBe(5);
    expect(new Set(sink.spans.map(({ traceId }) => traceId)).size).toBe(1);
  });

  test("makes a job where no log tells one", () => {
    const tracker = trackerOf(home.path, sink);
    const attributes = {
      "cicd.pipeline.run.id": "7",
      "vcs.repository.url.full": "https://git.example/acme/widgets",
      "Not A Name": "x",
    };
    expect(tracker.mark(mark("job-start", "nightly", 0, { attributes }))).toBe("taken");
    expect(tracker.current?.traceId).toBe(
      traceIdOf({ serverUrl: "https://git.example", repository: "acme/widgets", runId: "7", attempt: "1" }),
    );
    tracker.mark(mark("step-start", "pack", 1));
    tracker.mark(mark("step-end", "pack", 4, { result: "success" }));
    tracker.mark(mark("job-end", "nightly", 5, { result: "success" }));
    expect(tracker.current).toBeUndefined();
    expect(sink.names).toEqual(["pack", "nightly"]);
    expect(sink.spans[0]?.parentSpanId).toBe(sink.spans[1]?.spanId);
    expect(sink.spans[1]?.resource).toMatchObject({ "cicd.pipeline.run.id": "7", "host.name": "runner-1" });
    expect(sink.spans[1]?.resource).not.toHaveProperty("Not A Name");
  });

  test("needs no beginning: a step makes a job whose result nobody tells", () => {
    const tracker = trackerOf(home.path, sink);
    tracker.mark(mark("step-start", "pack", 1));
    tracker.mark(mark("step-end", "pack", 4, { result: "failure" }));
    tracker.stop(START_MS + 9000);
    expect(sink.names).toEqual(["pack", "job"]);
    expect(sink.resultOf("pack")).toBe("failure");
    expect(sink.resultOf("job")).toBeUndefined();
  });

  test("is known after a crash, and makes nothing twice", () => {
    const first = trackerOf(home.path, sink);
    first.mark(mark("job-start", "nightly", 0));
    first.mark(mark("step-start", "pack", 1));
    first.mark(mark("step-end", "pack", 4, { result: "success" }));
    first.mark(mark("step-start", "send", 5));
    const traceId = first.current?.traceId;
    const second = trackerOf(home.path, sink);
    second.endRound();
    expect(second.current?.traceId).toBe(traceId);
    expect(second.current?.steps.map(({ name }) => name)).toEqual(["send"]);
    second.mark(mark("step-end", "send", 7, { result: "failure" }));
    expect(sink.names).toEqual(["pack", "send"]);
    const rebooted = trackerOf(home.path, sink, { bootedAtMs: START_MS + 60_000 });
    rebooted.endRound();
    expect(sink.names).toEqual(["pack", "send", "nightly"]);
    expect(sink.resultOf("nightly")).toBe("error");
    expect(sink.spans[2]?.endMs).toBe(START_MS + 7000);
    trackerOf(home.path, sink).stop(START_MS + 90_000);
    expect(sink.names).toHaveLength(3);
  });

  test("within a runner's job is known after a crash, if that job still runs", () => {
    const log = halfway();
    reading(log.text).mark(mark("step-start", "bundle", 7));
    const again = reading(log.text);
    expect(again.current?.steps.map(({ name }) => name)).toEqual(["Test", "bundle"]);
    readAll(again, LOG, log.at(9).tell("Test").end().text);
    expect(sink.names).toEqual(["Compile", "Test", "bundle", log.job.name]);
    const next = trackerOf(home.path, sink);
    next.endRound();
    expect(next.current).toBeUndefined();
    next.stop(START_MS + 90_000);
    expect(sink.names).toHaveLength(4);
  });

  test("gives way to the runner's log, with the steps that are open", () => {
    const tracker = trackerOf(home.path, sink);
    tracker.mark(mark("job-start", "hooked", 0, { source: "hook" }));
    tracker.mark(mark("step-start", "early", 0));
    const log = halfway();
    tracker.wants(LOG);
    readAll(tracker, LOG, log.text);
    expect(tracker.current?.attributes["cicd.pipeline.task.name"]).toBe(log.job.name);
    tracker.mark(mark("step-end", "early", 7, { result: "success" }));
    tracker.stop(START_MS + 8000);
    expect(sink.names).toEqual(["Compile", "early", "Test", log.job.name]);
    expect(arrayAt(tracker.report(), "jobs")).toHaveLength(1);
  });

  test("is bounded in number and length", () => {
    const tracker = reading(halfway().text);
    const attributes = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`a.${n}`, "v".repeat(1000)]));
    for (let n = 0; n < 1000; n++) tracker.mark(mark("step-start", `${n}${"x".repeat(1000)}`, 7, { attributes }));
    expect(tracker.mark(mark("step-start", "one more", 7))).toBe("too-many");
    expect(tracker.mark(mark("step-start", "no time", Number.NaN))).toBe("ignored");
    expect(valueAt(tracker.stats(), "ignored_marks")).toBe(2);
    tracker.stop(START_MS + 8000);
    const claimed = sink.spans.filter((span) => span.attributes["warp_telemetry.source"] === "mark");
    expect(claimed).toHaveLength(1000);
    expect(Math.max(...claimed.map(({ name }) => name.length))).toBe(200);
    expect(Object.keys(claimed[0]?.attributes ?? {}).filter((name) => name.startsWith("a."))).toHaveLength(16);
  });
});

/** Wall ms of a second of the test. */
function at(second: number): number {
  return START_MS + second * 1000;
}

describe("the run of lines", () => {
  test("is that of the job that runs, also for older lines", () => {
    const log = halfway();
    const tracker = reading(log.text);
    expect(tracker.runSince(at(3))).toBe(log.job.runId);
    expect(tracker.runSince(at(-500))).toBe(log.job.runId);
    expect(tracker.runSince(Number.NEGATIVE_INFINITY)).toBe(log.job.runId);
  });

  test("is that of a job that has ended, for lines from before and for what comes within a minute", () => {
    const log = halfway().at(10).end();
    const tracker = reading(log.text);
    expect([5, 10, 69].map((second) => tracker.runSince(at(second)))).toEqual(Array(3).fill(log.job.runId));
    expect(tracker.runSince(at(71))).toBeUndefined();
  });

  test("is that of the newest job, which has ended or runs", () => {
    const first = halfway().at(10).end();
    const tracker = reading(first.text);
    const second = new LogText(runnerJob({ runId: "777" })).at(20).begin();
    const log = logNamed("Worker_20261126-100020-utc.log");
    expect(tracker.wants(log)).toBe(true);
    readAll(tracker, log, second.text);
    expect(tracker.runSince(at(5))).toBe("777");
  });

  test("is not known without a job, and for a job that names none", () => {
    expect(trackerOf(home.path, sink).runSince(at(0))).toBeUndefined();
    expect(reading(new LogText(runnerJob({ runId: "" })).begin().text).runSince(at(1))).toBeUndefined();
  });
});
