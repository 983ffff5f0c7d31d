import { describe, expect, test } from "bun:test";
import { EVENTS, type Event } from "../../src/events/event.ts";
import { EventLog } from "../../src/events/event-log.ts";
import type { JobWatch, RunningJob, RunningStep } from "../../src/job-pipeline.ts";
import { decodeJson } from "../otlp/decode.ts";
import { FakeSink, RESOURCE } from "./support.ts";

const KILL: Event = {
  kind: EVENTS.oomKill,
  text: "The kernel killed a process for memory",
  attributes: { "process.pid": 17, limit_bytes: 2 ** 40, is_sure: true, limit_cgroup: undefined },
};

function eventLog(job?: JobWatch) {
  const sink = new FakeSink();
  const state = { nowMs: 0, flushes: 0 };
  const heard: [name: string, atMs: number][] = [];
  const log = new EventLog({
    resource: RESOURCE,
    sink,
    flush: () => state.flushes++,
    job,
    onEvent: (event, atMs) => heard.push([event.kind.name, atMs]),
    nowMs: () => state.nowMs,
    wallMs: () => 1_763_800_000_123.9,
  });
  return { sink, state, log, heard };
}

function step(id: string): RunningStep {
  return { id, name: id, spanId: id.repeat(16), startedAtMs: 0 };
}

describe("EventLog", () => {
  test("lets who looks on hear of each event that gets a record, whether the ring takes it or not", () => {
    const { sink, log, heard } = eventLog();
    log.report(KILL);
    sink.answer = "full";
    for (let n = 0; n < 100; n++) log.report(KILL);
    expect(heard).toHaveLength(16);
    expect(heard[0]).toEqual(["warp_telemetry.oom_kill", 1_763_800_000_124]);
  });

  test("makes one OTLP log record of an event, and has everything sent", () => {
    const { sink, state, log } = eventLog();
    log.report(KILL);
    expect(sink.records).toEqual([
      {
        name: "warp_telemetry.oom_kill",
        severity: 17,
        severityText: "ERROR",
        time: "1763800000124000000",
        body: "The kernel killed a process for memory",
        traceId: undefined,
        spanId: undefined,
        attributes: {
          "process.pid": 17,
          "warp_telemetry.oom_kill.limit_bytes": 2 ** 40,
          "warp_telemetry.oom_kill.is_sure": true,
        },
        resource: RESOURCE,
      },
    ]);
    expect(sink.senders).toEqual(["own"]);
    expect(state.flushes).toBe(1);
    // As the receiver reads it: nothing to put right, and one record.
    const [line = ""] = sink.lines;
    expect(decodeJson(line)).toEqual({ line, items: 1, notes: {} });
  });

  test("has nothing sent for an event that can wait", () => {
    const { sink, state, log } = eventLog();
    log.report({ kind: EVENTS.storeLost, text: "lost", attributes: {} });
    expect(sink.lines).toHaveLength(1);
    expect(state.flushes).toBe(0);
  });

  test("says in whose job it happened, and in which step if there is one only", () => {
    const attributes = { "cicd.pipeline.run.id": "7" };
    const job = { traceId: "a".repeat(32), spanId: "b".repeat(16), attributes, startedAtMs: 0 };
    const watch: { current: RunningJob | undefined } = { current: { ...job, steps: [step("1")] } };
    const { sink, log } = eventLog(watch);
    log.report(KILL);
    watch.current = { ...job, steps: [step("1"), step("2")] };
    log.report(KILL);
    watch.current = undefined;
    log.report(KILL);
    expect(sink.records.map(({ traceId, spanId }) => [traceId, spanId])).toEqual([
      [job.traceId, "1".repeat(16)],
      [job.traceId, job.spanId],
      [undefined, undefined],
    ]);
    expect(sink.records[0]?.resource).toEqual({ ...RESOURCE, ...attributes });
    expect(sink.records[2]?.resource).toEqual(RESOURCE);
  });

  test("makes at most 16 records of a kind a minute, and counts the others in the next one", () => {
    const { sink, state, log } = eventLog();
    for (let n = 0; n < 20; n++) log.report(KILL);
    log.report({ kind: EVENTS.clockJump, text: "jump", attributes: {} });
    expect(sink.lines).toHaveLength(17);
    state.nowMs = 59_999;
    log.report(KILL);
    expect(sink.lines).toHaveLength(17);
    state.nowMs = 60_000;
    log.report(KILL);
    log.report(KILL);
    const leftOut = sink.records.map(({ attributes }) => attributes["warp_telemetry.events_left_out"]);
    expect(leftOut.slice(16)).toEqual([undefined, 5, undefined]);
    expect(log.counts).toEqual({ records: 19, left_out: 5, dropped: 0 });
  });

  test("counts what the ring does not take in the next one", () => {
    const { sink, state, log } = eventLog();
    sink.answer = "full";
    log.report(KILL);
    expect(state.flushes).toBe(0);
    sink.answer = "accepted";
    log.report(KILL);
    expect(sink.records[0]?.attributes["warp_telemetry.events_left_out"]).toBe(1);
    expect(log.counts).toEqual({ records: 1, left_out: 0, dropped: 1 });
  });

  test("keeps text of others harmless and short", () => {
    const { sink, log } = eventLog();
    const hostile = `a\n"\u0000\ud800\u202e${"x".repeat(5000)}`;
    log.report({ ...KILL, attributes: { limit_cgroup: hostile } });
    const [line = ""] = sink.lines;
    expect(line).not.toContain("\n");
    expect(line.length).toBeLessThan(2500);
    const text = String(sink.records[0]?.attributes["warp_telemetry.oom_kill.limit_cgroup"]);
    expect(text).toStartWith('a\n"\u0000\ufffd\u202exxx');
    expect(text).toHaveLength(1024);
  });
});
