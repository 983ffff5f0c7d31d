/** What programs read of a report. */
import { describe, expect, test } from "bun:test";
import { csvOf } from "../../src/report/csv.ts";
import { htmlOf } from "../../src/report/html.ts";
import { jsonOf } from "../../src/report/json.ts";
import { leftOut } from "../../src/report/left-out.ts";
import { type ReadReport, readReport } from "../../src/report/read-report.ts";
import { figuresOf } from "../../src/live/series-figures.ts";
import { FolderObjects } from "../../src/stored/folder-objects.ts";
import { TempDir } from "../support/temp-dir.ts";
import { MINUTE_MS, Played, PLAYED_AT_MS, playedJob } from "./played.ts";

const HOSTILE = 'x</script><script>alert(1)</script>,"\n=cmd()\u202e\u2028';

async function reportOf(...jobs: readonly Parameters<Played["job"]>[0][]): Promise<ReadReport> {
  using folder = new TempDir("formats");
  const played = new Played(folder.path);
  for (const [at, job] of jobs.entries()) played.job(job, String(at));
  const sources = [new FolderObjects(folder.path)];
  return await readReport({ sources }, new AbortController().signal);
}

const hostile = playedJob({
  name: HOSTILE,
  steps: [{ id: "s", name: HOSTILE, fromMs: PLAYED_AT_MS, toMs: PLAYED_AT_MS + 1500, lines: [HOSTILE] }],
});

describe("csvOf()", () => {
  test("has a row a job and a row a step", async () => {
    const [head, ...rows] = [...csvOf((await reportOf(playedJob())).jobs)];
    expect(head).toStartWith("host,repository,workflow,run_id,run_attempt,job,step,result,started_at");
    expect(rows.map((row) => row.split(",").slice(0, 11))).toEqual([
      [
        "runner-1",
        "acme/widgets",
        "CI",
        "7210000001",
        "",
        "build",
        "",
        "failure",
        "2026-11-27T12:00:00.000Z",
        "2026-11-27T12:02:00.000Z",
        "120.000",
      ],
      [
        "runner-1",
        "acme/widgets",
        "CI",
        "7210000001",
        "",
        "build",
        "Compile",
        "success",
        "2026-11-27T12:00:00.000Z",
        "2026-11-27T12:01:00.000Z",
        "60.000",
      ],
      [
        "runner-1",
        "acme/widgets",
        "CI",
        "7210000001",
        "",
        "build",
        "Test",
        "failure",
        "2026-11-27T12:01:00.000Z",
        "2026-11-27T12:02:00.000Z",
        "60.000",
      ],
    ]);
    expect(rows.map((row) => row.split(",").slice(11, 14))).toEqual([
      ["50.0", "90.0", "100.0"],
      ["90.0", "90.0", "20.0"],
      ["10.0", "10.0", "100.0"],
    ]);
  });

  test("makes no formula and no further row of what people have written", async () => {
    const text = [
      ...csvOf((await reportOf(playedJob({ id: "formula", name: '=HYPERLINK("x")', steps: [] }), hostile)).jobs),
    ].join("");
    expect(text).toContain(`,"'=HYPERLINK(""x"")",`);
    expect(text.split("\r\n")).toHaveLength(5);
  });
});

describe("jsonOf()", () => {
  test("has everything under names that stay", async () => {
    const parsed: unknown = JSON.parse([...jsonOf(await reportOf(playedJob()))].join(""));
    expect(parsed).toMatchObject({
      jobs: [
        {
          host: "runner-1",
          name: "build",
          result: "failure",
          source: "runner",
          started_at_ms: PLAYED_AT_MS,
          ended_at_ms: PLAYED_AT_MS + 2 * MINUTE_MS,
          cores: 4,
          memory_bytes: 8e9,
          steps: [{ id: "s-1", name: "Compile" }, { id: "s-2" }],
          events: [{ name: "warp_telemetry.oom_kill", severity: "error" }],
          logs: [{ step_id: "s-1" }, { step_id: "s-2" }, { step_id: "s-2" }],
          logs_left_out: 0,
        },
      ],
      left_out: [],
    });
  });

  test("says what is left out", async () => {
    const report = await reportOf(playedJob());
    const counts = { ...report.counts, unreadable: 12, unreadableNames: ["a: EIO"], foreign: 3 };
    expect(leftOut({ ...report, counts, olderJobs: 7, unowned: 5 })).toEqual([
      "7 older jobs are left out; the newest 100 are shown, --from, --to and --job choose others",
      "5 records and data points are left out, because no job that is shown ran then",
      "3 files are passed over, because their names are of no object",
      "Cannot read a: EIO",
      "and 11 more that cannot be read",
    ]);
  });
});

describe("htmlOf()", () => {
  const PAGE = "<!doctype html><body><p>page</p></body></html>";

  test("puts the data at the end of the page, where no text can leave its block", async () => {
    const html = [...htmlOf(PAGE, await reportOf(hostile))].join("");
    expect(html).toStartWith("<!doctype html><body><p>page</p><script");
    expect(html).toEndWith("</body></html>");
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html).not.toContain("<script>alert");
    const [, data = ""] = /id="run-data-0">([^]*?)<\/script>/.exec(html) ?? [];
    expect(JSON.parse(data)).toMatchObject({
      state: { jobs: [{ name: expect.stringContaining("</script><script>alert(1)") }] },
    });
  });

  test("leaves out the oldest logs where there is no room, and counts them", async () => {
    const lines = Array.from({ length: 500 }, (_, at) => `line ${at} ${"x".repeat(100)}`);
    const steps = [{ id: "s", name: "Print", fromMs: PLAYED_AT_MS, toMs: PLAYED_AT_MS + 1000, lines }];
    const report = await reportOf(playedJob({ steps }), playedJob({ id: "other", host: "other", steps }));
    const whole = [...htmlOf(PAGE, report)].join("");
    const cut = [...htmlOf(PAGE, report, whole.length - 50_000)].join("");
    expect(cut.length).toBeLessThan(whole.length - 50_000);
    for (const at of [0, 1]) {
      const [, data = ""] = new RegExp(`id="run-data-${at}">([^]*?)</script>`).exec(cut) ?? [];
      const { logs, leftOut: left }: { logs: { text: string }[]; leftOut: { logs: number } } = JSON.parse(data);
      expect(logs.at(-1)?.text).toContain("line 499");
      expect(logs.length + left.logs).toBe(500);
      expect(left.logs).toBeGreaterThan(100);
    }
  });
});

describe("figuresOf()", () => {
  const series = {
    firstMs: 1000,
    bucketMs: 1000,
    values: { "cpu.mean": { min: [0, 1, null, 3], mean: [1, 2, null, 4], max: [2, 3, null, 9] } },
  };

  test("takes the buckets of a part of the time", () => {
    expect(figuresOf(series, "cpu.mean", 0, 9000)).toEqual({ min: 0, mean: 7 / 3, max: 9 });
    expect(figuresOf(series, "cpu.mean", 2000, 3000)).toEqual({ min: 1, mean: 2, max: 3 });
    expect(figuresOf(series, "cpu.mean", 2500, 2600)).toEqual({ min: 1, mean: 2, max: 3 });
  });

  test("has none where nothing was measured", () => {
    expect(figuresOf(series, "cpu.mean", 3000, 4000)).toBeUndefined();
    expect(figuresOf(series, "cpu.mean", 9000, 10_000)).toBeUndefined();
    expect(figuresOf(series, "disk.used", 0, 9000)).toBeUndefined();
  });
});
