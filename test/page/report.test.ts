/** A report in a real browser, opened from a file: what `report` writes is what the page draws. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import {
  type LiveState,
  REPORT_BLOCK,
  REPORT_INDEX_BLOCK,
  type ReportData,
  type ReportIndex,
} from "../../src/live/live-data.ts";
import { readLivePage } from "../../src/live/live-page.ts";
import { htmlOf } from "../../src/report/html.ts";
import { readReport } from "../../src/report/read-report.ts";
import { FolderObjects } from "../../src/stored/folder-objects.ts";
import { MINUTE_MS, Played, PLAYED_AT_MS, playedJob as storedJob } from "../report/played.ts";
import { CHROMIUM, withChromium } from "../support/chromium.ts";
import { TempDir } from "../support/temp-dir.ts";
import { violationsOf } from "./axe.ts";
import { count, launch, soon, text, visit } from "./browser.ts";
import { HOSTILE, LENGTH_S, OOM_AT_S, playedProcesses, playedState, START_MS } from "./played-job.ts";
import { playedLogs } from "./played-logs.ts";
import { playedSpans } from "./played-spans.ts";

setDefaultTimeout(30_000);

const state: LiveState = playedState({ streams: {}, collector: { state: "", pid: null, restarts: 0, output: [] } });
const PLAYED: ReportData = {
  state,
  logs: playedLogs(2000),
  spans: playedSpans(),
  processes: [playedProcesses(OOM_AT_S - 4), playedProcesses(LENGTH_S)],
  leftOut: { logs: 12, spans: 3 },
};
const INDEX: ReportIndex = {
  jobs: state.jobs.map((job) => ({ host: "runner-1", job, startedAtMs: START_MS, endedAtMs: state.nowMs, events: 4 })),
  notes: [`Cannot read ${HOSTILE}`],
};
let browser: Browser;

async function open(
  html: string,
  act: (page: Page, asked: readonly string[], url: string) => Promise<void>,
  hash = "",
) {
  using folder = new TempDir("report");
  const file = folder.file("report.html");
  await Bun.write(file, html);
  const address = `file://${file}${hash}`;
  await visit(browser, { state }, { address }, ({ page, standIn }) => act(page, standIn.asked, address));
}

function block(id: string, value: unknown): string {
  const json = JSON.stringify(value).replaceAll("<", String.raw`\u003c`);
  return `<script type="application/json" id="${id}">${json}</script>`;
}

async function pageWith(index: ReportIndex, ...jobs: readonly ReportData[]): Promise<string> {
  const blocks = [block(REPORT_INDEX_BLOCK, index), ...jobs.map((job, at) => block(`${REPORT_BLOCK}-${at}`, job))];
  const { html } = await readLivePage();
  return html.replace("</body>", () => `${blocks.join("")}</body>`);
}

describe.skipIf(CHROMIUM === undefined)(withChromium("a report in Chromium"), () => {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  test("is drawn from the data in it, says that it is a report, and has days in its times", async () => {
    await open(await pageWith(INDEX, PLAYED), async (page, asked) => {
      await page.locator("#waterfall .span-row").first().waitFor();
      expect(await text(page, "#connection")).toBe("report");
      expect(await page.title()).toBe("build-and-test (ubuntu-24.04) · report of 2026-11-26 10:00:00 · warp-telemetry");
      expect(await text(page, "#health-about")).toContain("2026-11-26 10:00:00 to 2026-11-26 10:20:00 UTC");
      expect(await text(page, "#report-notes")).toContain("Cannot read <img src=x");
      expect(await page.locator("#report-jobs").isVisible()).toBe(false);
      expect(await page.locator("#log-pause").isVisible()).toBe(false);
      expect(await text(page, "#log-status")).toBe("2,000 lines · 12 left out: they were too many");
      expect(await text(page, "#log-list .row time")).toMatch(/^2026-11-26 10:\d\d:\d\d$/);
      expect(await text(page, "#traces-status")).toBe(
        `4 traces · ${PLAYED.spans.length} spans · 3 left out: they were too many`,
      );
      expect(await count(page, "#timeline .bar:not(.job)")).toBe(12);
      expect(await page.locator("#streams-panel, #collector-panel").first().isVisible()).toBe(false);
      expect(asked).toEqual([]);
    });
  });

  test("knows the processes of moments in the past", async () => {
    await open(await pageWith(INDEX, PLAYED), async (page) => {
      const { width = 0 } = (await page.locator("#chart-cpu .u-over").boundingBox()) ?? {};
      await soon(async () => expect(await text(page, "#processes-when")).toBe("at 10:20:00"));
      await page.locator("#chart-cpu .u-over").hover({ position: { x: (width * OOM_AT_S) / LENGTH_S, y: 20 } });
      await soon(async () => expect(await text(page, "#processes-when")).toBe("at 10:13:58"));
      expect(await text(page, "#processes")).toContain("4711");
    });
  });

  test("lists its jobs, shows the newest, and leads to each of the others", async () => {
    using folder = new TempDir("objects");
    const played = new Played(folder.path);
    played.job(storedJob({ name: `first ${HOSTILE}` }), "1");
    const fromMs = PLAYED_AT_MS + 10 * MINUTE_MS;
    const steps = [{ id: "s-9", name: "Only", fromMs, toMs: fromMs + MINUTE_MS, lines: ["of the second"] }];
    played.job(storedJob({ id: "job-2", name: "second", host: "runner-2", fromMs, steps, result: "success" }), "2");
    const sources = [new FolderObjects(folder.path)];
    const read = await readReport({ sources }, new AbortController().signal);
    const html = [...htmlOf((await readLivePage()).html, read)].join("");
    await open(html, async (page) => {
      await soon(async () => expect(await text(page, "#log-list")).toContain("of the second"));
      expect(await text(page, "#job-title .job-name")).toBe("second");
      expect(await count(page, "#report-jobs tbody tr")).toBe(2);
      expect(await text(page, "#report-jobs [aria-current]")).toBe("second");
      expect(await text(page, "#report-jobs tbody tr")).toContain("widgetsrunner-1");
      expect(await violationsOf(page)).toEqual([]);
      await page.getByRole("link", { name: /^first/ }).click();
      await soon(async () => expect(await text(page, "#log-list")).toContain("compiling"));
      expect(await text(page, "#job-title .job-name")).toContain("first <img src=x");
      expect(await text(page, "#report-jobs [aria-current]")).toContain("first");
      await soon(async () => expect(await text(page, "#traces-status")).toMatch(/^1 trace · 3 spans/));
      expect(page.url()).toEndWith("#job=0");
      await page.goBack();
      await soon(async () => expect(await text(page, "#log-list")).toContain("of the second"));
    });
  });

  test.each(["#job=7", "#job=x", "#job=-1", "#job=length"])("opened with %s shows its newest job", async (hash) => {
    const html = await pageWith(INDEX, PLAYED);
    await open(
      html,
      async (page) => expect(await text(page, "#job-title .job-name")).toContain("build-and-test"),
      hash,
    );
  });
});
