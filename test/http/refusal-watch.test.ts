import { afterEach, beforeEach, expect, test } from "bun:test";
import { QUIET_MS, RefusalWatch } from "../../src/http/refusal-watch.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { TestClock } from "../support/test-clock.ts";

let log: string[] = [];
beforeEach(() => (log = captureLog()));
afterEach(releaseLog);

test("RefusalWatch tells once that refusing begins, and once that it has ended", () => {
  const clock = new TestClock();
  const watch = new RefusalWatch(clock);
  for (let n = 0; n < 100; n++) {
    watch.note("in-flight-full", "logs");
    watch.note("in-flight-full", "traces");
    clock.pass(1000);
  }
  expect(log).toEqual(['WARN  http: Refusing requests: too many request bytes are under way reason="in-flight-full"']);
  expect(watch.health()).toEqual({
    status: "degraded",
    reason: "200 requests refused, the last 1 s ago: too many request bytes are under way",
    remedy: "Senders keep their data and try again; find who sends them, or raise in_flight_max_bytes",
  });
  clock.pass(QUIET_MS);
  expect(log.slice(1)).toEqual([
    'INFO  http: Refusing requests has ended reason="in-flight-full" requests=200 seconds=99',
  ]);
  expect(watch.health()).toEqual({ status: "healthy" });
  expect(clock.timers).toBe(0);
});

test("RefusalWatch tells each reason, and of rings each stream, by itself", () => {
  const watch = new RefusalWatch(new TestClock());
  watch.note("too-slow", "logs");
  watch.note("worker-busy", "logs");
  watch.note("ring-full", "logs");
  watch.note("ring-full", "metrics");
  expect(log).toHaveLength(4);
  expect(log[3]).toBe('WARN  http: Refusing requests: the ring is full reason="ring-full" stream="metrics"');
  expect(watch.health().reason).toMatch(/^1 request refused, .*bodies came too slowly.*; 1 request refused, .*Worker/);
  expect(watch.ringsHealth()).toEqual({
    status: "degraded",
    reason:
      "1 request of logs refused, the last 0 s ago: the ring is full; 1 request of metrics refused, the last 0 s ago: the ring is full",
    remedy: "Senders keep their data and try again; see the uploads, or raise buffer_bytes",
  });
});

test("RefusalWatch does not tell of what is rejected, nor of a stop", () => {
  const clock = new TestClock();
  const watch = new RefusalWatch(clock);
  watch.note("bad-data", "logs");
  watch.note("stopping", "logs");
  expect([watch.health(), watch.ringsHealth(), log, clock.timers]).toEqual([
    { status: "healthy" },
    { status: "healthy" },
    [],
    0,
  ]);
});

test("RefusalWatch says once how to set up a sender of gRPC, and nothing is degraded", () => {
  const watch = new RefusalWatch(new TestClock());
  watch.note("grpc", "logs");
  watch.note("grpc");
  expect(log).toEqual([
    "WARN  http: A sender uses gRPC and is not heard: use http/protobuf (OTEL_EXPORTER_OTLP_PROTOCOL)",
  ]);
  expect(watch.health()).toEqual({ status: "healthy" });
});

test("RefusalWatch.close() ends its timers", () => {
  const clock = new TestClock();
  const watch = new RefusalWatch(clock);
  watch.note("too-slow", "logs");
  expect(clock.timers).toBe(1);
  watch.close();
  expect(clock.timers).toBe(0);
});
