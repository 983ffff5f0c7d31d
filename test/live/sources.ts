import type { LiveSources } from "../../src/live/live-state.ts";

/** What no stranger may see carries this word. */
export const SECRET = "SECRET";

const STREAM = {
  accepted_requests: 1,
  accepted_items: 2,
  accepted_requests_without_items: 0,
  accepted_body_bytes: 100,
  accepted_line_bytes: 120,
  empty_requests: 0,
  refused_requests: { "ring-full": 2, "too-slow": 1 },
  rejected_requests: {},
  notes: {},
  objects: 3,
  uploaded_bytes: 1000,
  uploaded_lines: 10,
  renames: 0,
  retries: 4,
  ring_used_bytes: 50,
  ring_capacity_bytes: 5000,
  ring_lines: 1,
  ring_memory: "mapped",
  ring_is_full: false,
  state: "idle",
  last_object: { name: "20261127-072515.logs.log", at: "2026-11-27T07:25:15Z", bytes: 1, lines: 1, upload_ms: 7 },
  last_error: null,
} as const;

/** An agent with a job of which everything is text of others. */
export function sourcesOf(change: Partial<LiveSources> = {}): LiveSources {
  const step = { id: SECRET, name: SECRET, result: "success", source: "runner", started_at_ms: 2, ended_at_ms: 3 };
  const job = {
    name: SECRET,
    trace_id: "ab",
    started_at_ms: 1,
    attributes: { "cicd.pipeline.name": SECRET },
    steps: [step],
  };
  return {
    stats: () => ({
      version: "1.2.3",
      health: {
        status: "degraded",
        parts: { rings: { status: "healthy" }, upload: { status: "degraded", reason: "why", remedy: "do" } },
      },
      streams: { logs: STREAM },
      collector: { state: "off" },
      destination: "s3://bucket",
    }),
    jobs: () => ({ jobs: [job] }),
    collectorOutput: () => [SECRET],
    processes: () => ({
      atMs: 7,
      list: [{ pid: 5, name: SECRET, cores: 1.234_56, residentBytes: 4096, step: { id: SECRET } }],
    }),
    size: () => ({ cores: 4, memoryBytes: 8192 }),
    ...change,
  };
}
