/** The built page in a real browser, told a story by a stand-in for the agent. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import { bytesText, shareText } from "../../src/lib/quantities.ts";
import { CHROMIUM, withChromium } from "../support/chromium.ts";
import { count, launch, longestFrameMs, NARROW, soon, STALL_MAX_MS, text, visit } from "./browser.ts";
import { LENGTH_S, OOM_AT_S, playedSample, playedState, START_MS } from "./played-job.ts";
import { playedLogs } from "./played-logs.ts";
import { violationsOf } from "./axe.ts";

setDefaultTimeout(30_000);

const LINES = 100_000;
const FEW = { state: playedState(), logs: playedLogs(2000) };
/** Fewer than in life, so that hours take seconds. */
const SAMPLE_EVERY_S = 10;
const LATER = { stream: "logs", severity: 9 } as const;
let browser: Browser;

async function drawn(page: Page): Promise<void> {
  await page.locator("#chart-network canvas").waitFor();
  await page.locator("#log-list .row").first().waitFor();
}

describe.skipIf(CHROMIUM === undefined)(withChromium("the page in Chromium"), () => {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  test("shows health and what to do, the job, its steps, events, streams and the collector", async () => {
    await visit(browser, FEW, {}, async ({ page }) => {
      await drawn(page);
      expect(await text(page, "#health-status")).toContain("Degraded");
      expect(await text(page, "#health-problems")).toContain("spread the agents over more prefixes");
      expect(await text(page, "#job-title")).toContain("build-and-test");
      expect(await count(page, "#timeline .bar:not(.job)")).toBe(12);
      expect(await count(page, "#timeline .mark")).toBe(4);
      expect(await text(page, "#events")).toContain("The kernel killed node");
      expect(await text(page, "#processes")).toContain("kubectl");
      expect(await count(page, "#streams .stream")).toBe(4);
      expect(await text(page, "#streams")).toContain("77 % of 32 MiB");
      expect(await text(page, "#collector-facts")).toContain("running");
      expect(await text(page, "#collector-output")).toContain("Everything is ready");
    });
  });

  test("charts show the values that were told, under one cursor", async () => {
    await visit(browser, FEW, {}, async ({ page }) => {
      await drawn(page);
      await page.getByRole("button", { name: "1 min" }).click();
      const over = page.locator("#chart-memory .u-over");
      const box = await over.boundingBox();
      const second = LENGTH_S - 21;
      await over.hover({ position: { x: ((second - (LENGTH_S - 60) + 0.5) / 60) * (box?.width ?? 0), y: 30 } });
      const sample = playedSample(second);
      await soon(async () => {
        expect(await text(page, "#chart-memory output")).toBe(bytesText(sample["memory.used"] * 16 * 1024 ** 3));
        expect(await text(page, "#chart-cpu output")).toBe(shareText(sample["cpu.mean"]));
        expect(await text(page, "#chart-disk output")).toBe(shareText(sample["disk.used"]));
        expect(await text(page, "#chart-network output")).toBe(`${bytesText(sample["network.receive"])}/s`);
      });
      expect(await page.locator("#timeline .cursor").isVisible()).toBe(true);
      await page.locator("#chart-cpu summary").click();
      expect(await text(page, "#chart-cpu table")).toContain("busiest core");
      expect(await page.locator("#chart-cpu .picture").getAttribute("aria-label")).toMatch(
        /CPU: mean \d+ % in the mean/,
      );
    });
  });

  test("new samples move the charts, and a job that ends is marked so", async () => {
    await visit(browser, FEW, {}, async ({ page, standIn }) => {
      await drawn(page);
      const atMs = START_MS + (LENGTH_S + 1) * 1000;
      standIn.send("sample", { atMs, values: { "cpu.mean": 0.4321 } });
      const jobs = FEW.state.jobs.map((job) => ({ ...job, endedAtMs: atMs, result: "failure" as const }));
      standIn.send("change", { jobs, health: { status: "healthy", problems: [] } });
      await soon(async () => {
        expect(await text(page, "#chart-cpu output")).toBe("43 %");
        expect(await text(page, "#job-title")).toContain("failed");
        expect(await text(page, "#health-status")).toContain("Healthy");
      });
    });
  });

  test("a drag zooms all charts and the bars, a double click shows the whole run again", async () => {
    await visit(browser, FEW, {}, async ({ page }) => {
      await drawn(page);
      const box = await page.locator("#chart-cpu .u-over").boundingBox();
      if (box === null) throw new Error("no chart");
      await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.75, box.y + 40, { steps: 4 });
      await page.mouse.up();
      await soon(async () => expect(await text(page, "#range-words")).toMatch(/^10:(10:0|09:5).*zoomed$/));
      expect(await page.getByRole("button", { name: /Restore cache/ }).isVisible()).toBe(false);
      expect(await page.getByRole("button", { name: /Unit tests/ }).isVisible()).toBe(true);
      await page.locator("#chart-disk .u-over").dblclick();
      await soon(async () => expect(await text(page, "#range-words")).toContain("20 m 00 s"));
      expect(await page.getByRole("button", { name: /Restore cache/ }).isVisible()).toBe(true);
    });
  });

  test("a step filters the log and jumps to its lines, an event to its moment", async () => {
    await visit(browser, FEW, {}, async ({ page }) => {
      await drawn(page);
      await page.getByRole("button", { name: /Unit tests/ }).click();
      const own = FEW.logs.filter(({ stepId }) => stepId === "step-9").length;
      await soon(async () => expect(await text(page, "#log-status")).toBe(`${own} of 2,000 lines`));
      expect(await page.locator("#log-step").inputValue()).toBe("step-9");
      expect(await text(page, "#log-list .row[aria-selected=true]")).toContain("10:08:4");
      await page.locator("#events .severity-fatal").click();
      await soon(async () => expect(await text(page, "#log-list .row[aria-selected=true]")).toContain("Killed"));
      expect(await text(page, "#log-status")).toBe("2,000 lines");
      await page.keyboard.press("Enter");
      expect(await text(page, "#log-detail pre")).toContain("the kernel says: Out of memory");
    });
  });

  test("the log is filtered by text and severity, and waits while it is paused", async () => {
    await visit(browser, FEW, {}, async ({ page, standIn }) => {
      await drawn(page);
      await page.getByLabel("Severity").selectOption("17");
      const errors = FEW.logs.filter(({ severity }) => severity >= 17).length;
      await soon(async () => expect(await text(page, "#log-status")).toBe(`${errors} of 2,000 lines`));
      await page.getByLabel("Text", { exact: true }).fill("killED  node");
      await soon(async () => expect(await text(page, "#log-status")).toBe("1 of 2,000 lines"));
      expect(await count(page, "#log-list .row .ansi-bold.ansi-1")).toBe(1);
      await page.getByLabel("Text", { exact: true }).fill("nothing like that");
      await page.getByRole("button", { name: "Show all lines" }).click();
      await soon(async () => expect(await text(page, "#log-status")).toBe("2,000 lines"));
      await page.getByRole("button", { name: "Pause" }).click();
      const record = { atMs: START_MS + LENGTH_S * 1000, stream: "logs" as const, severity: 9, text: "the newest" };
      standIn.send("logs", { records: [record], leftOut: 7 });
      await soon(async () =>
        expect(await text(page, "#log-status")).toContain("2,000 lines · paused, 1 new · 7 left out"),
      );
      await page.getByRole("button", { name: "Pause" }).click();
      await soon(async () => expect(await text(page, "#log-list .row:last-child")).toContain("the newest"));
    });
  });

  test("100,000 lines scroll without a stall, and few of them are in the document", async () => {
    await visit(browser, { state: playedState(), logs: playedLogs(LINES) }, {}, async ({ page, standIn }) => {
      await soon(async () => expect(await text(page, "#log-status")).toBe("100,000 lines"));
      expect(await longestFrameMs(page, "log-list")).toBeLessThan(STALL_MAX_MS);
      expect(await count(page, "#log-list .row")).toBeLessThan(100);
      await page.locator("#log-list").focus();
      await page.keyboard.press("Home");
      await soon(async () => expect(await text(page, "#log-list .row[aria-selected=true]")).toContain("[line 0]"));
      await page.keyboard.press("End");
      await soon(async () => expect(await text(page, "#log-list .row[aria-selected=true]")).toContain("[line 99999]"));
      // Lines that come, and old ones that go for them, do not move what somebody reads.
      const readLine = (): Promise<string> =>
        page.evaluate(`(() => {
          const list = document.getElementById("log-list");
          const { left, top } = list.getBoundingClientRect();
          return document.elementFromPoint(left + 200, top + 95).closest(".row").textContent;
        })()`);
      await page.evaluate(`document.getElementById("log-list").scrollTop = 60_000 * 20`);
      await soon(async () => expect(await readLine()).toContain("[line 6000"));
      const line = await readLine();
      const atMs = START_MS + LENGTH_S * 1000;
      const records = Array.from({ length: 1000 }, (_, n) => ({ ...LATER, atMs: atMs + n, text: `later ${n}` }));
      standIn.send("logs", { records, leftOut: 0 });
      await soon(async () =>
        expect(await text(page, "#log-status")).toBe("96,000 lines · the oldest 5,000 are dropped"),
      );
      expect(await readLine()).toBe(line);
    });
  });

  test("texts that mean harm are shown as texts", async () => {
    await visit(browser, FEW, {}, async ({ page, standIn }) => {
      await drawn(page);
      await page.getByLabel("Text", { exact: true }).fill("onerror");
      await soon(async () => expect(await text(page, "#log-status")).toBe("2 of 2,000 lines"));
      await page.locator("#log-list .row").last().click();
      expect(await text(page, "#log-detail pre")).toContain('<img src=x onerror="document.title=');
      expect(await page.title()).toBe("Degraded · warp-telemetry");
      expect(await count(page, "main img, main script, main iframe")).toBe(0);
      const all = await page.evaluate<string>("document.body.innerHTML + document.body.innerText");
      for (const unseen of ["\u202E", "\u0000", "\u0007", "\u001B"]) expect(all).not.toContain(unseen);
      expect(all).toContain(String.raw`\u202egnp.exe`);
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(1440);
      expect(standIn.asked).toEqual(["/", "/live/events"]);
    });
  });

  test("works with the keyboard alone", async () => {
    await visit(browser, FEW, {}, async ({ page }) => {
      await drawn(page);
      await page.keyboard.press("Tab");
      expect(await page.evaluate<string>("document.activeElement.textContent")).toBe("Skip to the log");
      await page.locator("#charts").focus();
      await page.keyboard.press("ArrowLeft");
      const { "cpu.mean": mean } = playedSample(LENGTH_S - 1);
      await soon(async () => expect(await text(page, "#chart-cpu output")).toBe(shareText(mean)));
      await page.keyboard.press("+");
      await soon(async () => expect(await text(page, "#range-words")).toContain("zoomed"));
      await page.keyboard.press("0");
      await page.getByRole("button", { name: /Lint/ }).focus();
      await page.keyboard.press("Enter");
      await soon(async () => expect(await page.locator("#log-step").inputValue()).toBe("step-5"));
      expect(await page.evaluate<string>("document.activeElement.id")).toBe("log-list");
    });
  });

  test.each([
    ["light", "wide", undefined],
    ["dark", "narrow", NARROW],
  ] as const)(
    "axe finds nothing serious, %s and %s, and nothing is wider than the screen",
    async (colorScheme, _, viewport) => {
      await visit(browser, FEW, { colorScheme, ...(viewport === undefined ? {} : { viewport }) }, async ({ page }) => {
        await drawn(page);
        await page.locator("#events .severity-fatal").click();
        await page.keyboard.press("Enter");
        await page.locator("#chart-cpu summary").click();
        expect(await violationsOf(page)).toEqual([]);
        const width = viewport?.width ?? 1440;
        expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      });
    },
  );

  test("the theme follows the system, and the switch goes before it and is kept", async () => {
    await visit(browser, FEW, { colorScheme: "dark" }, async ({ page }) => {
      const background = (): Promise<string> =>
        page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor");
      const dark = await background();
      await page.getByRole("button", { name: "Theme: auto" }).click();
      expect(await background()).not.toBe(dark);
      await page.reload();
      expect(await text(page, "#theme")).toBe("Theme: light");
      await page.getByRole("button", { name: "Theme: light" }).click();
      expect(await background()).toBe(dark);
    });
  });

  test("without any data it says so, and how to get some", async () => {
    const series = { firstMs: START_MS, bucketMs: 1000, values: {} };
    const state = playedState({ jobs: [], events: [], processes: null, series, destination: null });
    await visit(browser, { state }, {}, async ({ page }) => {
      await soon(async () => expect(await text(page, "#log-empty")).toContain("/v1/logs"));
      expect(await text(page, "#timeline-empty")).toContain("warp-telemetry mark start");
      expect(await page.locator("#charts-empty").isVisible()).toBe(true);
      expect(await page.locator("#charts").isVisible()).toBe(false);
      expect(await violationsOf(page)).toEqual([]);
    });
  });

  test("another user sees what is left out, and the token goes to the agent and out of the address", async () => {
    await visit(
      browser,
      { state: playedState({ maySeeTexts: false, processes: null }) },
      {},
      async ({ page, standIn }) => {
        await page.locator("#texts-notice").waitFor();
        expect(await text(page, "#texts-notice")).toContain("warp-telemetry status");
        expect(await text(page, "#log-empty")).toContain("another user");
        expect(await text(page, "#processes")).toContain("another user");
        await page.getByLabel("Token").fill("a secret/+");
        await page.getByRole("button", { name: "Show texts" }).click();
        await soon(() => expect(standIn.asked.at(-1)).toBe("/live/events?token=a%20secret%2F%2B"));
        expect(page.url()).toBe(standIn.url);
      },
    );
  });

  test("an agent that goes away is told, and one that comes back is shown", async () => {
    await visit(browser, FEW, { complaints: /503|ERR_/ }, async ({ page, standIn }) => {
      await drawn(page);
      standIn.refuse(true);
      await page.locator("#connection-lost").waitFor();
      expect(await text(page, "#connection-lost")).toContain("does not answer since");
      standIn.refuse(false);
      await page.locator('#connection[data-kind="live"]').waitFor();
      expect(await page.locator("#connection-lost").isVisible()).toBe(false);
      // The agent told its lines again.
      expect(await text(page, "#log-status")).toBe("2,000 lines");
    });
  });

  test("a tab that is open for hours does not grow", async () => {
    await visit(browser, FEW, {}, async ({ page, standIn }) => {
      await drawn(page);
      const session = await page.context().newCDPSession(page);
      const usedBytes = async (): Promise<number> => {
        await session.send("HeapProfiler.collectGarbage");
        return (await session.send("Runtime.getHeapUsage")).usedSize;
      };
      let second = LENGTH_S;
      const hours = async (seconds: number): Promise<void> => {
        const end = second + seconds;
        for (; second < end; second += SAMPLE_EVERY_S) {
          standIn.send("sample", { atMs: START_MS + second * 1000, values: playedSample(second) });
        }
        standIn.send("sample", { atMs: START_MS + end * 1000, values: { "disk.used": end / 1_000_000 } });
        await soon(async () => expect(await text(page, "#chart-disk output")).toBe(shareText(end / 1_000_000)));
      };
      await hours(8 * 3600);
      const before = await usedBytes();
      await hours(8 * 3600);
      expect((await usedBytes()) - before).toBeLessThan(2 * 1024 * 1024);
      expect(await text(page, "#range-words")).toContain("16 h 20 m");
    });
  });

  test("a tab that nobody looks at lets go of the agent, and catches up", async () => {
    await visit(browser, FEW, {}, async ({ page, standIn }) => {
      await page.clock.install();
      await page.reload();
      await drawn(page);
      const look = (isHidden: boolean): Promise<unknown> =>
        page.evaluate(`Object.defineProperty(document, "hidden", { configurable: true, value: ${isHidden} });
          document.dispatchEvent(new Event("visibilitychange"));`);
      await look(true);
      await page.clock.fastForward(29_000);
      expect(standIn.clients).toBe(1);
      await page.clock.fastForward(2000);
      await soon(() => expect(standIn.clients).toBe(0));
      await soon(async () => expect(await text(page, "#connection")).toContain("paused"));
      await look(false);
      await soon(async () => expect(await text(page, "#connection")).toBe("live"));
      expect(await text(page, "#log-status")).toBe("2,000 lines");
    });
  });

  test("a job of 200 steps leaves room for the charts, and the newest step is in sight", async () => {
    const [job] = FEW.state.jobs;
    const [step] = job?.steps ?? [];
    if (job === undefined || step === undefined) throw new Error("no job");
    const steps = Array.from({ length: 200 }, (_, at) => ({
      ...step,
      id: `step-${at}`,
      name: `Step number ${at}`,
      startedAtMs: START_MS + at * 6000,
      endedAtMs: START_MS + (at + 1) * 6000,
    }));
    await visit(browser, { state: playedState({ jobs: [{ ...job, steps }] }) }, {}, async ({ page }) => {
      await page.locator("#chart-cpu canvas").waitFor();
      const box = await page.locator("#timeline").boundingBox();
      expect(box?.height).toBeLessThan(560);
      const rows = await page.locator("#timeline .rows").boundingBox();
      const last = await page.getByRole("button", { name: /Step number 199/ }).boundingBox();
      expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThanOrEqual((rows?.y ?? 0) + (rows?.height ?? 0) + 1);
    });
  });

  test("the mark of the kill stands where the memory falls", async () => {
    await visit(browser, FEW, {}, async ({ page }) => {
      await drawn(page);
      const mark = await page.locator("#timeline .severity-fatal").boundingBox();
      const plot = await page.locator("#chart-memory .u-over").boundingBox();
      if (mark === null || plot === null) throw new Error("no mark");
      const share = (mark.x + mark.width / 2 - plot.x) / plot.width;
      expect(Math.abs(share - OOM_AT_S / LENGTH_S) * plot.width).toBeLessThan(1.5);
    });
  });
});
