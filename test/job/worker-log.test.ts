import { describe, expect, test } from "bun:test";
import type { JobEvent } from "../../src/job/job-event.ts";
import { WorkerLog } from "../../src/job/worker-log.ts";
import { runnerJob } from "../support/runner-job.ts";
import { LogText, START_MS } from "./support.ts";

function eventsOf(text: string, pieceBytes = text.length): JobEvent[] {
  const events: JobEvent[] = [];
  const log = new WorkerLog((event) => events.push(event));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) log.add(at, bytes.subarray(at, at + pieceBytes));
  return events;
}

function messageOf(text: string): Extract<JobEvent, { kind: "job-found" }>["message"] {
  const found = eventsOf(text).find((event) => event.kind === "job-found");
  if (found?.kind !== "job-found") throw new Error("no job was found");
  return found.message;
}

const ENTRY = "[2026-11-26 10:00:00Z INFO ";

describe("WorkerLog", () => {
  test("takes the named fields of the job message, each from its place", () => {
    const job = runnerJob({ steps: ["Compile", "Test"] });
    const log = new LogText(job).begin().entry("Worker", "next");
    const { github, steps, ...rest } = messageOf(log.text);
    expect(rest).toEqual({
      jobId: job.id,
      jobDisplayName: job.name,
      timelineId: job.timelineId,
      checkRunId: "4711",
    });
    expect(github).toEqual({
      server_url: "https://github.com",
      repository: "acme/widgets",
      run_id: job.runId,
      run_attempt: "2",
      workflow: "CI",
      sha: "0123456789abcdef0123456789abcdef01234567",
      ref: "refs/pull/17/merge",
      ref_name: "17/merge",
      ref_type: "branch",
      head_ref: "feature",
      base_ref: "main",
    });
    expect(steps).toEqual([
      { id: log.idOf("Compile"), contextName: "__run_1", displayName: "Compile" },
      { id: log.idOf("Test"), contextName: "__run_2", displayName: "Test" },
    ]);
  });

  test("keeps nothing else of the message", () => {
    const text = JSON.stringify(
      messageOf(new LogText(runnerJob({ ballast: 10_000 })).begin().entry("Worker", "").text),
    );
    for (const other of ["***", "secret", "environment", "variable", "not this one", "xxxx"]) {
      expect(text).not.toContain(other);
    }
  });

  test("reads a message in which secrets of the runner's mask have left no JSON", () => {
    const log = new LogText().begin().entry("Worker", "next");
    const masked = log.text.replace('"requestId": 0', '"requestId": ***').replace('"t": 2', '"t": ***');
    expect(() => JSON.parse(masked.slice(masked.indexOf("{"), masked.lastIndexOf("}") + 1))).toThrow();
    expect(messageOf(masked).github.repository).toBe("acme/widgets");
  });

  test("says the same however the log is cut, with either line end", () => {
    const log = new LogText().begin().at(1).start("Compile").at(3).tell("Compile").background("Test").at(9);
    const { text } = log.tell("Test", { errorMessages: ["first", "second"], result: "failed" }).end("Failed");
    const events = eventsOf(text);
    expect(events.map(({ kind }) => kind)).toEqual([
      "job-found",
      "step-started",
      "step-told",
      "step-started",
      "step-to-background",
      "step-ended",
      "step-told",
      "job-result",
      "job-ended",
      "job-ended",
    ]);
    expect(events[6]).toMatchObject({ telemetry: { errorMessage: "first", result: "failed" }, atMs: START_MS + 9000 });
    for (const pieceBytes of [1, 7, 64, 1000]) expect(eventsOf(text, pieceBytes)).toEqual(events);
    expect(eventsOf(text.replaceAll("\n", "\r\n"))).toEqual(events);
  });

  test("passes over what it has seen, and over a line of which something is missing", () => {
    const events: JobEvent[] = [];
    const log = new WorkerLog((event) => events.push(event));
    const text = new LogText().start("one").start("two").start("three").text;
    const bytes = Buffer.from(text);
    log.add(0, bytes);
    log.add(0, bytes);
    expect(events).toHaveLength(3);
    const behind = Buffer.from(`cut off ${ENTRY}StepsRunner] Processing step: DisplayName='no'\n${text}`);
    log.add(bytes.length + 100, behind);
    expect(events).toHaveLength(6);
  });

  test.each([
    ["a line of the job's", "Processing step: DisplayName='x'"],
    ["another class", `${ENTRY}ScriptHandler] Processing step: DisplayName='x'`],
    ["an entry within a line", `text ${ENTRY}StepsRunner] Processing step: DisplayName='x'`],
    ["no time", `[2026-13-66 10:00:00Z INFO StepsRunner] Processing step: DisplayName='x'`],
    ["a line without end", `${ENTRY}StepsRunner] Processing step: DisplayName='${"x".repeat(20_000)}'`],
    [
      "a step of an action's own",
      `${ENTRY}ExecutionContext] Publish step telemetry for current step {\n  "stepId": "1",\n  "isEmbedded": true\n}.`,
    ],
    [
      "a step without a record",
      `${ENTRY}ExecutionContext] Publish step telemetry for current step {\n  "result": "succeeded"\n}.`,
    ],
  ])("makes nothing of %s", (_, text) => {
    expect(eventsOf(`${text}\n${ENTRY}Worker] next\n`)).toEqual([]);
  });

  test("holds no more than a line of a megabyte without an end", () => {
    const log = new WorkerLog(() => {});
    const piece = new Uint8Array(64 * 1024).fill(0x5b);
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 16; n++) log.add(n * piece.length, piece);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });
});
