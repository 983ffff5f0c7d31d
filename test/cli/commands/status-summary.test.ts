import { expect, test } from "bun:test";
import { summarize } from "../../../src/cli/commands/status-summary.ts";

const URL = "http://127.0.0.1:33931";

test("summarize() fits verdict, reasons, streams and last errors on a screen", () => {
  const text = summarize(URL, {
    version: "1.2.3",
    destination: "s3://bucket/a",
    health: {
      status: "degraded",
      parts: {
        receiver: { status: "healthy" },
        uploader: { status: "degraded", reason: "no PUT got through for 3 minutes" },
        collector: { status: "degraded", reason: "no program", remedy: "Give --collector-path" },
      },
    },
    streams: {
      logs: {
        accepted_requests: 1200,
        refused_requests: { full: 2, "in-flight": 3 },
        rejected_requests: {},
        ring_lines: 1,
        ring_used_bytes: 41,
        ring_capacity_bytes: 33_554_432,
        objects: 12,
        uploaded_bytes: 5_400_000,
        last_error: "503 SlowDown",
      },
      "gha-logs": { accepted_requests: 0, ring_lines: 0, objects: 0, uploaded_bytes: 999, last_error: null },
    },
    collector: { state: "running", pid: 77, restarts: 2 },
  });
  expect(text).toBe(`\
degraded  ${URL}, version 1.2.3, objects go to s3://bucket/a
  uploader is degraded: no PUT got through for 3 minutes
  collector is degraded: no program
    Give --collector-path

stream    accepted  refused  rejected  waiting  buffer  objects  uploaded
logs      1200      5        0         1        1%      12       5.15MiB
gha-logs  0         0        0         0        -       0        999

collector: running, pid 77, 2 restarts

Last errors
logs: 503 SlowDown

All counters: ${URL}/stats
`);
});

test("summarize() copes with an answer that says nothing of this", () => {
  expect(summarize(URL, { streams: { logs: 1 }, health: "fine" })).toStartWith(`unknown  ${URL}, version -,`);
});

test.each([
  [[{ folder: "/runner/_diag", state: "read" }], "/runner/_diag"],
  [
    [
      { folder: "/a/_diag", state: "read" },
      { folder: "/b/_diag", state: "refused" },
      { folder: "/c/_diag", state: "absent" },
    ],
    "/a/_diag, /b/_diag",
  ],
  [
    [
      { folder: "/runner/_diag", state: "absent" },
      { folder: "/actions-runner/_diag", state: "absent" },
    ],
    "no runner found; looked at /runner/_diag, /actions-runner/_diag",
  ],
])("summarize() says which runners' logs are followed: %j", (sources, text) => {
  expect(summarize(URL, { runner_logs: { sources } })).toContain(`\nrunner logs: ${text}\n`);
});

test("summarize() has no line for runners where there is no reader", () => {
  expect(summarize(URL, { runner_logs: { state: "off" } })).not.toContain("runner logs");
});
