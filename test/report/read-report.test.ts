import { describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { JOBS_MAX } from "../../src/report/found-jobs.ts";
import { type ReadReport, readReport, type ReadReportOptions } from "../../src/report/read-report.ts";
import { FolderObjects } from "../../src/stored/folder-objects.ts";
import { TempDir } from "../support/temp-dir.ts";
import { metricsLine, MINUTE_MS, Played, PLAYED_AT_MS, playedJob, resourceOf } from "./played.ts";

const never = new AbortController().signal;

async function reportOn(
  folders: readonly string[],
  options: Partial<ReadReportOptions> = {},
  abort = never,
): Promise<ReadReport> {
  const sources = folders.map((folder) => new FolderObjects(folder));
  return readReport({ sources, ...options }, abort);
}

/** What an SDK in a job sends: a span, and a log record, of no machine. */
function sdkSpan(traceId: string, atMs: number): string {
  const span = {
    traceId,
    spanId: "00000000000000aa",
    name: "GET /",
    startTimeUnixNano: `${atMs}000000`,
    endTimeUnixNano: `${atMs + 5}000000`,
  };
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "tests" } }] };
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] });
}

describe("readReport()", () => {
  test("finds a job with its steps, and brings it all that is its own", async () => {
    using folder = new TempDir("report");
    new Played(folder.path).job(playedJob());
    const { jobs, counts, unowned, olderJobs } = await reportOn([folder.path]);
    expect({ jobs: jobs.length, unowned, olderJobs }).toEqual({ jobs: 1, unowned: 0, olderJobs: 0 });
    expect(counts).toMatchObject({ objects: 4, foreign: 0, unreadable: 0, strangeLines: 0 });
    const [job] = jobs;
    expect(job?.host).toBe("runner-1");
    expect(job?.state).toMatchObject({
      version: "1.2.3",
      startedAtMs: PLAYED_AT_MS,
      nowMs: PLAYED_AT_MS + 2 * MINUTE_MS,
      series: { cores: 4, memoryBytes: 8e9 },
      events: [
        {
          atMs: PLAYED_AT_MS + 2 * MINUTE_MS - 1000,
          name: "warp_telemetry.oom_kill",
          severity: "error",
          text: "The kernel has killed cc1plus",
          oomScope: "cgroup",
          limitBytes: 8e9,
        },
      ],
    });
    expect(job?.state.jobs).toMatchObject([
      {
        name: "build",
        result: "failure",
        source: "runner",
        startedAtMs: PLAYED_AT_MS,
        endedAtMs: PLAYED_AT_MS + 2 * MINUTE_MS,
        attributes: { "vcs.repository.name": "widgets" },
        steps: [
          { id: "s-1", name: "Compile", startedAtMs: PLAYED_AT_MS, result: "success" },
          { id: "s-2", name: "Test", endedAtMs: PLAYED_AT_MS + 2 * MINUTE_MS, result: "failure" },
        ],
      },
    ]);
    expect(job?.logs.records.map(({ stepId, text }) => [stepId, text.slice(29)])).toEqual([
      ["s-1", "compiling"],
      ["s-2", "testing"],
      ["s-2", "##[error]3 is not 4"],
    ]);
    expect(job?.processes).toEqual([
      {
        atMs: PLAYED_AT_MS + 5000,
        list: [{ pid: 77, name: "cc1plus", cpuCores: 3.5, memoryBytes: 1e9, stepId: "s-1" }],
      },
    ]);
    expect(job?.spans.records.map(({ name }) => name)).toEqual(["Compile", "build", "Test"]);
  });

  test("has the series of the host over the job, each of its own metric", async () => {
    using folder = new TempDir("report");
    new Played(folder.path).job(playedJob());
    const { jobs } = await reportOn([folder.path]);
    const { firstMs, bucketMs, values } = jobs[0]?.state.series ?? { firstMs: 0, bucketMs: 1, values: {} };
    const at = (ms: number): number => Math.floor((ms - firstMs) / bucketMs);
    expect(values["cpu.mean"]?.mean[at(PLAYED_AT_MS + 10_000)]).toBeCloseTo(0.9, 5);
    expect(values["cpu.mean"]?.mean[at(PLAYED_AT_MS + 100_000)]).toBeCloseTo(0.1, 5);
    expect(values["memory.used"]?.mean[at(PLAYED_AT_MS + 100_000)]).toBe(1);
    expect(values["network.receive"]?.mean[at(PLAYED_AT_MS)]).toBe(1000);
    expect(values["network.transmit"]?.mean[at(PLAYED_AT_MS)]).toBe(50);
    expect(values["pressure.cpu"]?.mean[at(PLAYED_AT_MS)]).toBe(0.25);
    expect(values["disk.used"]).toBeUndefined();
  });

  test("tells the jobs of machines and runs apart, in whatever order their objects lie", async () => {
    using folder = new TempDir("report");
    const played = new Played(folder.path);
    const later = PLAYED_AT_MS + 10 * MINUTE_MS;
    played.job(playedJob({ id: "job-3", host: "runner-1", fromMs: later, runId: "8" }), "a");
    played.job(playedJob({ id: "job-2", host: "runner-2" }), "b");
    played.job(playedJob({ id: "job-1", host: "runner-1" }), "c");
    const { jobs, unowned } = await reportOn([folder.path]);
    expect(jobs.map(({ host, state }) => [host, state.startedAtMs])).toEqual([
      ["runner-2", PLAYED_AT_MS],
      ["runner-1", PLAYED_AT_MS],
      ["runner-1", later],
    ]);
    expect(jobs.map(({ logs }) => logs.records.length)).toEqual([3, 3, 3]);
    expect(
      jobs.map(({ state }) => state.series.values["cpu.mean"]?.mean.filter((mean) => mean !== null).length),
    ).toEqual([130, 130, 130]);
    expect(unowned).toBe(0);
  });

  test("brings a span of a program to the job whose trace it has joined", async () => {
    using folder = new TempDir("report");
    const played = new Played(folder.path);
    played.job(playedJob({ id: "job-1", host: "runner-1" }), "a");
    played.job(playedJob({ id: "job-2", host: "runner-2", fromMs: PLAYED_AT_MS + 10 * MINUTE_MS }), "b");
    const traceId = (await reportOn([folder.path])).jobs[0]?.state.jobs[0]?.traceId ?? "";
    played.write("traces", PLAYED_AT_MS + MINUTE_MS, [sdkSpan(traceId, PLAYED_AT_MS + MINUTE_MS)], "c");
    played.write("traces", PLAYED_AT_MS + MINUTE_MS, [sdkSpan("ab".repeat(16), PLAYED_AT_MS + MINUTE_MS)], "d");
    const { jobs, unowned } = await reportOn([folder.path]);
    expect(jobs.map(({ spans }) => spans.records.filter(({ service }) => service === "tests").length)).toEqual([1, 0]);
    expect(unowned).toBe(1);
  });

  test("chooses by job, by run and by time", async () => {
    using folder = new TempDir("report");
    const played = new Played(folder.path);
    const later = PLAYED_AT_MS + 10 * MINUTE_MS;
    played.job(playedJob({ id: "job-1", name: "lint", runId: "1" }), "a");
    played.job(playedJob({ id: "job-2", fromMs: later, runId: "2" }), "b");
    const idsOf = async (options: Partial<ReadReportOptions>): Promise<readonly unknown[]> =>
      (await reportOn([folder.path], options)).jobs.map(
        ({ state }) => state.jobs[0]?.attributes["cicd.pipeline.task.run.id"],
      );
    expect(await idsOf({ job: "lint" })).toEqual(["job-1"]);
    expect(await idsOf({ job: "2" })).toEqual(["job-2"]);
    expect(await idsOf({ job: "job-2" })).toEqual(["job-2"]);
    expect(await idsOf({ job: "none" })).toEqual([]);
    expect(await idsOf({ fromMs: later - 1 })).toEqual(["job-2"]);
    expect(await idsOf({ toMs: later - 1 })).toEqual(["job-1"]);
    expect(await idsOf({ fromMs: PLAYED_AT_MS + MINUTE_MS, toMs: later + MINUTE_MS })).toEqual(["job-1", "job-2"]);
  });

  test("knows a job by its logs whose spans never came, and that it has no end", async () => {
    using folder = new TempDir("report");
    new Played(folder.path).job(playedJob());
    rmSync(folder.file("20261127-120200.traces.log"));
    const { jobs } = await reportOn([folder.path]);
    expect(jobs[0]?.state.jobs).toMatchObject([{ name: "build", startedAtMs: PLAYED_AT_MS, steps: [] }]);
    expect(jobs[0]?.state.jobs[0]?.endedAtMs).toBeUndefined();
    expect(jobs[0]?.state.nowMs).toBeGreaterThanOrEqual(PLAYED_AT_MS + 2 * MINUTE_MS);
    expect(jobs[0]?.logs.records).toHaveLength(3);
  });

  test("shows the machine where no job is known", async () => {
    using folder = new TempDir("report");
    const played = new Played(folder.path);
    const resource = resourceOf("builder");
    played.write("metrics", PLAYED_AT_MS + MINUTE_MS, [metricsLine(resource, PLAYED_AT_MS, PLAYED_AT_MS + MINUTE_MS)]);
    const time = String(PLAYED_AT_MS - 24 * 60 * MINUTE_MS);
    const logRecords = [{ timeUnixNano: `${time}000000`, body: { stringValue: "of yesterday" } }];
    const attributes = [{ key: "host.name", value: { stringValue: "builder" } }];
    const line = JSON.stringify({ resourceLogs: [{ resource: { attributes }, scopeLogs: [{ logRecords }] }] });
    played.write("logs", PLAYED_AT_MS + MINUTE_MS, [line]);
    const { jobs } = await reportOn([folder.path]);
    expect(jobs[0]?.logs.records).toMatchObject([{ text: "of yesterday" }]);
    expect((await reportOn([folder.path], { fromMs: PLAYED_AT_MS })).unowned).toBe(1);
    expect(jobs).toMatchObject([{ host: "builder", state: { jobs: [], series: { cores: 4 } } }]);
    expect(jobs[0]?.state.series.values["cpu.mean"]?.mean.filter((mean) => mean !== null)).toHaveLength(60);
  });

  test("passes over what steps print when nobody wants it, and has the rest", async () => {
    using folder = new TempDir("report");
    const played = new Played(folder.path);
    played.job(playedJob());
    played.write("gha-logs", PLAYED_AT_MS + 5 * MINUTE_MS, ["no JSON"]);
    const whole = await reportOn([folder.path]);
    const shares: number[] = [];
    const onProgress = (done: number, total: number): unknown => shares.push(done / total);
    const without = await reportOn([folder.path], { hasOutput: false, onProgress });
    expect(whole.counts).toMatchObject({ objects: 5, strangeLines: 1 });
    expect(without.counts).toMatchObject({ objects: 5, strangeLines: 0 });
    expect(shares.at(-1)).toBe(1);
    expect(without.jobs.map(({ state }) => state)).toEqual(whole.jobs.map(({ state }) => state));
    expect(whole.jobs[0]?.logs.records.length).toBeGreaterThan(0);
    expect(without.jobs[0]?.logs.records).toEqual([]);
  });

  test("shows the newest jobs, and counts the others", async () => {
    using folder = new TempDir("report");
    const played = new Played(folder.path);
    const jobs = 2 * JOBS_MAX + 5;
    const all = Array.from({ length: jobs }, (_, at) =>
      playedJob({ id: `job-${at}`, fromMs: PLAYED_AT_MS + at * 5 * MINUTE_MS }),
    );
    // The folders come in another order than the jobs.
    for (let at = 0; at < jobs; at += 5) played.jobs(all.slice(at, at + 5), String(jobs - at).padStart(4, "0"));
    const report = await reportOn([folder.path]);
    expect(report.jobs).toHaveLength(JOBS_MAX);
    expect(report.olderJobs).toBe(JOBS_MAX + 5);
    expect(report.jobs.at(-1)?.state.startedAtMs).toBe(PLAYED_AT_MS + (jobs - 1) * 5 * MINUTE_MS);
    // Of jobs that are not shown, and of nobody else.
    expect(report.jobs.every(({ logs }) => logs.records.length === 3)).toBe(true);
  });

  test("counts and names what cannot be read, and shows the rest", async () => {
    using folder = new TempDir("report");
    const played = new Played(folder.path);
    played.job(playedJob());
    writeFileSync(folder.file("notes.txt"), "x");
    writeFileSync(folder.file("20261127-120300.logs.log.gz"), "no gzip");
    symlinkSync(folder.file("notes.txt"), folder.file("20261127-120301.logs.log"));
    mkdirSync(folder.file("20261127-120302.logs.log"));
    played.write("logs", PLAYED_AT_MS, ["no JSON", '"a text"', "{}", '{"resourceLogs":[{"scopeLogs":7}]}', "[1]"]);
    truncateSync(folder.file("20261127-120200.metrics.log"), 1000);
    const { jobs, counts } = await reportOn([folder.path]);
    expect(jobs).toHaveLength(1);
    expect(jobs[0]?.logs.records).toHaveLength(3);
    expect(counts).toMatchObject({ objects: 5, unreadable: 1, foreign: 2, strangeLines: 4 });
    expect(counts.unreadableNames).toEqual([expect.stringMatching(/^20261127-120300\.logs\.log\.gz: .*header/)]);
  });

  test("says how far it is, and ends when it is stopped", async () => {
    using folder = new TempDir("report");
    new Played(folder.path).job(playedJob());
    const stop = new AbortController();
    const shares: number[] = [];
    const reading = reportOn(
      [folder.path],
      {
        onProgress: (done, total) => {
          shares.push(done / total);
          if (shares.length === 2) stop.abort(new Error("enough"));
        },
      },
      stop.signal,
    );
    expect(await reading.catch(String)).toBe("Error: enough");
    expect(shares).toHaveLength(2);
    await reportOn([folder.path], { onProgress: (done, total) => shares.push(done / total) });
    expect(shares.at(-1)).toBe(1);
  });

  test("rejects when a folder cannot be listed", async () => {
    using folder = new TempDir("report");
    expect(await reportOn([folder.file("missing")]).catch(String)).toContain("ENOENT");
  });
});
