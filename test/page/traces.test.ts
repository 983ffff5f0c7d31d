/** The traces of the built page in a real browser. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Browser, Page } from "playwright-core";
import type { LiveSpan } from "../../src/live/live-data.ts";
import { SPANS_MAX } from "../../src/page/data/span-store.ts";
import { CHROMIUM, withChromium } from "../support/chromium.ts";
import { violationsOf } from "./axe.ts";
import { count, launch, longestFrameMs, NARROW, soon, STALL_MAX_MS, text, visit } from "./browser.ts";
import { HOSTILE, playedState, START_MS } from "./played-job.ts";
import { playedLogs } from "./played-logs.ts";
import { FAILED_QUERY, FAILED_TEST, playedSpans, TESTS_TRACE } from "./played-spans.ts";

setDefaultTimeout(30_000);

const FEW = { state: playedState(), logs: playedLogs(2000), spans: playedSpans() };
const TESTS = FEW.spans.filter(({ traceId }) => traceId === TESTS_TRACE);
const SELECTED = "#waterfall [aria-selected=true]";
let browser: Browser;

async function drawn(page: Page): Promise<void> {
  await page.locator("#waterfall .span-row").first().waitFor();
}

async function box(page: Page, selector: string): Promise<{ x: number; y: number; width: number; height: number }> {
  const found = await page.locator(selector).first().boundingBox();
  if (found === null) throw new Error(`Cannot find ${selector}`);
  return found;
}

/** Many spans in one trace: each tenth is a parent of those before it. */
function manySpans(total: number): LiveSpan[] {
  return Array.from({ length: total }, (_, at) => ({
    traceId: "many",
    spanId: `${at}`,
    ...(at > 0 && { parentSpanId: `${Math.floor((at - 1) / 10)}` }),
    name: `span ${at}`,
    service: "load",
    startedAtMs: START_MS + at,
    endedAtMs: START_MS + total + at / 2,
    isError: at % 1000 === 999,
    attributes: { number: `${at}` },
  }));
}

describe.skipIf(CHROMIUM === undefined)(withChromium("the traces in Chromium"), () => {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  test("lists traces with name, service, duration, spans and errors, in the order that is asked for", async () => {
    await visit(browser, FEW, {}, async ({ page }) => {
      await drawn(page);
      const names = (): Promise<string[]> => page.locator(".trace-name").allTextContents();
      expect(await text(page, "#traces-status")).toBe(`4 traces · ${FEW.spans.length} spans`);
      expect(await names()).toEqual([
        "vitest run",
        "[build 4/9] COPY . .",
        "vite build",
        "build-and-test (ubuntu-24.04)",
      ]);
      const first = await text(page, ".trace-row");
      for (const part of ["✗", "5 m 21 s", `${TESTS.length} spans`, "6 errors", "vitest", "10:08:40"]) {
        expect(first).toContain(part);
      }
      await page.getByLabel("Order of the traces").selectOption("longest");
      await soon(async () => expect((await names())[0]).toBe("build-and-test (ubuntu-24.04)"));
      await page.locator(".trace-row", { hasText: "COPY" }).click();
      await soon(async () => expect(await text(page, "#trace-facts")).toContain("without its root"));
    });
  });

  test("bars stand where their time is, and errors have a sign and a word", async () => {
    await visit(browser, FEW, {}, async ({ page }) => {
      await drawn(page);
      expect(await page.locator("#waterfall").getAttribute("aria-rowcount")).toBe(`${TESTS.length}`);
      const row = page.locator(".span-row", { hasText: FAILED_TEST });
      const failed = TESTS.find(({ name }) => name === FAILED_TEST);
      const [root] = TESTS;
      if (failed === undefined || root === undefined) throw new Error("no span");
      const bar = await row.locator(".fill").boundingBox();
      const cell = await row.locator(".span-bar").boundingBox();
      if (bar === null || cell === null) throw new Error("no bar");
      const share = (failed.startedAtMs - root.startedAtMs) / (root.endedAtMs - root.startedAtMs);
      expect(Math.abs((bar.x - cell.x) / cell.width - share) * cell.width).toBeLessThan(1.5);
      expect(await row.locator(".span-name").textContent()).toMatch(/✗.*, error$/);
      expect(await row.getAttribute("aria-level")).toBe("3");
      expect(await row.getAttribute("aria-expanded")).toBe("true");
    });
  });

  test("a span shows its attributes, marks its time in the charts, and leads to its log lines", async () => {
    await visit(browser, FEW, {}, async ({ page }) => {
      await drawn(page);
      const pixels = (): Promise<string> =>
        page.evaluate(`document.querySelector("#chart-cpu canvas").toDataURL().length + ""`);
      await page.locator("#chart-cpu canvas").waitFor();
      const unmarked = await pixels();
      await page.getByRole("button", { name: /Unit tests/ }).click();
      await page.locator(".span-row", { hasText: "validate the card" }).click();
      expect(await text(page, "#span-detail")).toContain("It has no attributes");
      await page.getByRole("button", { name: "Next error" }).click();
      expect(await text(page, SELECTED)).toContain("transaction");
      await page.getByRole("button", { name: "Next error" }).click();
      expect(await text(page, SELECTED)).toContain(FAILED_QUERY);
      const detail = await text(page, "#span-detail");
      for (const part of ["INSERT INTO orders", "canceling statement due to statement timeout", "2026-11-26 10:09:3"]) {
        expect(detail).toContain(part);
      }
      await soon(async () => expect(await pixels()).not.toBe(unmarked));
      await page.getByRole("button", { name: "Zoom to it" }).click();
      await soon(async () => expect(await text(page, "#range-words")).toMatch(/^10:09:\d\d – 10:09:\d\d.*zoomed$/));
      expect((await box(page, `${SELECTED} .fill`)).width).toBeGreaterThan(
        (await box(page, `${SELECTED} .span-bar`)).width - 3,
      );
      await page.getByRole("button", { name: "Log lines of that time" }).click();
      await soon(async () => expect(await text(page, "#log-list .row[aria-selected=true]")).toContain("10:09:3"));
      expect(await text(page, "#log-status")).toBe("2,000 lines");
      await page.getByRole("button", { name: "Whole trace" }).click();
      await soon(async () => expect(await text(page, "#range-words")).toContain("20 m 00 s"));
    });
  });

  test("the pointer over a bar is the cursor of the charts", async () => {
    await visit(browser, FEW, {}, async ({ page }) => {
      await drawn(page);
      const { width } = await box(page, "#waterfall .span-bar");
      await page
        .locator("#waterfall .span-bar")
        .first()
        .hover({ position: { x: width / 2, y: 12 } });
      await soon(async () => expect(await page.locator("#timeline .cursor").isVisible()).toBe(true));
      const cursor = await box(page, "#timeline .cursor");
      const plot = await box(page, "#chart-cpu .u-over");
      const [root] = TESTS;
      const middleMs = ((root?.startedAtMs ?? 0) + (root?.endedAtMs ?? 0)) / 2 - START_MS;
      expect(Math.abs((cursor.x - plot.x) / plot.width - middleMs / 1_200_000) * plot.width).toBeLessThan(3);
    });
  });

  test("works with the keyboard alone", async () => {
    await visit(browser, FEW, {}, async ({ page }) => {
      await drawn(page);
      await page.locator("#trace-list").focus();
      await page.keyboard.press("End");
      await soon(async () => expect(await text(page, "#trace-title")).toBe("build-and-test (ubuntu-24.04)"));
      await page.keyboard.press("Home");
      await page.locator("#waterfall").focus();
      const press = async (key: string, wanted: string): Promise<void> => {
        await page.keyboard.press(key);
        expect(await text(page, `${SELECTED} .name`)).toBe(wanted);
      };
      await press("ArrowDown", "vitest run");
      await press("ArrowRight", "tests/cart.test.ts");
      expect(await page.locator("#waterfall").getAttribute("aria-activedescendant")).toBe("waterfall-1");
      await press("ArrowLeft", "tests/cart.test.ts");
      expect(await page.locator(SELECTED).getAttribute("aria-expanded")).toBe("false");
      await press("ArrowDown", "tests/checkout.test.ts");
      await press("ArrowLeft", "tests/checkout.test.ts");
      expect(await text(page, SELECTED)).toContain("+10");
      expect(await text(page, SELECTED)).toContain("4 errors below");
      await press("Enter", "tests/checkout.test.ts");
      await press("ArrowRight", "checkout › adds an item");
      await press("ArrowLeft", "tests/checkout.test.ts");
      await press("End", "GET /shipping");
      await page.keyboard.press("Escape");
      expect(await page.locator("#span-detail").isVisible()).toBe(false);
      expect(await page.evaluate<string>("document.activeElement.id")).toBe("waterfall");
    });
  });

  test("spans that come are added, and what is chosen, folded and seen stays", async () => {
    await visit(browser, FEW, {}, async ({ page, standIn }) => {
      await drawn(page);
      const fold = page.locator(".span-row", { hasText: "tests/cart.test.ts" }).locator(".twisty");
      await fold.click();
      await page.locator(".span-row", { hasText: "tests/search.test.ts" }).click();
      const suite = TESTS.find(({ name }) => name === "tests/search.test.ts");
      if (suite === undefined) throw new Error("no span");
      const { spanId: parentSpanId, startedAtMs, endedAtMs: _, ...like } = suite;
      const child = { ...like, name: "set-up", spanId: "1", parentSpanId, startedAtMs, endedAtMs: startedAtMs + 9 };
      const late = { startedAtMs: START_MS + 1_190_000, endedAtMs: START_MS + 1_191_000 };
      const other = { ...child, ...late, traceId: "1", name: "another" };
      standIn.send("spans", { records: [child, other], leftOut: 12 });
      await soon(async () => expect(await text(page, "#traces-status")).toContain("5 traces"));
      expect(await text(page, "#traces-status")).toContain("12 left out");
      expect(await text(page, ".trace-row")).toContain("another");
      expect(await text(page, "#trace-title")).toBe("vitest run");
      await page.locator(".span-row", { hasText: "set-up" }).waitFor();
      expect(await text(page, SELECTED)).toContain("tests/search.test.ts");
      expect(await count(page, ".span-row:has-text('cart › adds an item')")).toBe(0);
      // The agent tells all again after a gap.
      standIn.refuse(true);
      standIn.refuse(false);
      await page.locator('#connection[data-kind="live"]').waitFor();
      await soon(async () => expect(standIn.clients).toBe(1));
      expect(await text(page, "#traces-status")).toContain(`${FEW.spans.length + 2} spans`);
    });
  });

  test("20,000 spans scroll without a stall, few of them are in the document, and older ones are counted", async () => {
    const spans = manySpans(SPANS_MAX);
    await visit(browser, { state: playedState(), spans }, {}, async ({ page, standIn }) => {
      await soon(async () => expect(await text(page, "#traces-status")).toBe("1 trace · 20,000 spans"));
      expect(await longestFrameMs(page, "waterfall")).toBeLessThan(STALL_MAX_MS);
      expect(await count(page, ".span-row")).toBeLessThan(100);
      await page.locator("#waterfall").focus();
      await page.keyboard.press("End");
      expect(await text(page, `${SELECTED} .name`)).toMatch(/^span \d+$/);
      await page.getByRole("button", { name: "Collapse all" }).click();
      await soon(async () => expect(await page.locator("#waterfall").getAttribute("aria-rowcount")).toBe("11"));
      standIn.send("spans", { records: manySpans(SPANS_MAX + 10).slice(-10), leftOut: 0 });
      await soon(async () => expect(await text(page, "#traces-status")).toContain("the oldest 1,000 are dropped"));
    });
  });

  test("10,000 traces scroll without a stall", async () => {
    const spans = manySpans(10_000).map((span) => ({ ...span, traceId: span.spanId }));
    await visit(browser, { state: playedState(), spans }, {}, async ({ page }) => {
      await soon(async () => expect(await text(page, "#traces-status")).toBe("10,000 traces · 10,000 spans"));
      expect(await longestFrameMs(page, "trace-list")).toBeLessThan(STALL_MAX_MS);
      expect(await count(page, ".trace-row")).toBeLessThan(100);
    });
  });

  test("texts that mean harm are shown as texts, whatever is wrong with a span", async () => {
    const long = `${HOSTILE} ${"x".repeat(1024 * 1024)}`;
    const attributes = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`${HOSTILE} ${at}`, HOSTILE]));
    const span = { traceId: HOSTILE, name: HOSTILE, service: HOSTILE, startedAtMs: START_MS, endedAtMs: START_MS + 5 };
    const more = { isError: false, attributes: {} };
    const spans: LiveSpan[] = [
      { ...span, ...more, spanId: HOSTILE, attributes, isError: true },
      { ...span, ...more, spanId: "a", parentSpanId: "b", name: long, service: long },
      { ...span, ...more, spanId: "b", parentSpanId: "a", startedAtMs: START_MS + 3, endedAtMs: START_MS - 3_600_000 },
      { ...span, ...more, spanId: "b", parentSpanId: "b", startedAtMs: 0 },
      { ...span, ...more, spanId: "c", parentSpanId: "gone", endedAtMs: Number.MAX_SAFE_INTEGER },
      { ...span, ...more, traceId: "__proto__", spanId: "__proto__", name: "" },
    ];
    await visit(browser, { state: playedState(), spans }, {}, async ({ page }) => {
      await drawn(page);
      await page.locator(".trace-row.has-errors").click();
      await soon(async () => expect(await count(page, ".span-row")).toBe(5));
      for (let row = 0; row < 5; row++) await page.locator(".span-row").nth(row).click();
      await page.locator(".span-row.is-error").click();
      expect(await text(page, "#span-detail")).toContain('<img src=x onerror="document.title=');
      expect(await count(page, "#span-detail dt")).toBe(64);
      expect(await text(page, "#waterfall")).toContain("parent not here");
      expect(await text(page, "#trace-list")).toContain("(no name)");
      expect(await page.title()).toBe("Degraded · warp-telemetry");
      expect(await count(page, "main img, main script, main iframe")).toBe(0);
      const all = await page.evaluate<string>("document.body.innerHTML + document.body.innerText");
      for (const unseen of ["\u202E", "\u0000", "\u0007", "\u001B"]) expect(all).not.toContain(unseen);
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(1440);
    });
  });

  test.each([
    ["light", "wide", undefined],
    ["dark", "narrow", NARROW],
  ] as const)("axe finds nothing serious, %s and %s", async (colorScheme, _, viewport) => {
    await visit(browser, FEW, { colorScheme, ...(viewport === undefined ? {} : { viewport }) }, async ({ page }) => {
      await drawn(page);
      for (let at = 0; at < 3; at++) await page.getByRole("button", { name: "Next error" }).click();
      await page.getByRole("button", { name: "Zoom to it" }).click();
      await page.locator(".span-row", { hasText: "tests/checkout" }).locator(".twisty").click();
      expect(await violationsOf(page)).toEqual([]);
      const width = viewport?.width ?? 1440;
      expect(await page.evaluate<number>("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    });
  });

  test("says why there are no spans and no lines, and when there were others before", async () => {
    await visit(browser, { state: playedState() }, {}, async ({ page, standIn }) => {
      await soon(async () => expect(await text(page, "#traces-empty")).toContain("/v1/traces"));
      for (const name of ["logs", "spans"] as const) {
        standIn.send(name, { records: [], leftOut: 0, hasEarlier: true });
      }
      await soon(async () => expect(await text(page, "#traces-empty")).toContain("Earlier ones are uploaded"));
      expect(await text(page, "#log-empty")).toContain("Earlier ones are uploaded");
      standIn.send("logs", { records: FEW.logs.slice(0, 1), leftOut: 0 });
      standIn.send("spans", { records: FEW.spans, leftOut: 0 });
      await soon(async () => expect(await text(page, "#log-status")).toContain("begins at 10:00:00, with the newest"));
      expect(await text(page, "#traces-status")).toContain("begins with the newest");
    });
    await visit(browser, { state: playedState({ maySeeTexts: false }) }, {}, async ({ page }) => {
      await soon(async () => expect(await text(page, "#traces-empty")).toContain("another user"));
    });
  });
});
