import { expect } from "bun:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM } from "../support/chromium.ts";
import { eventually } from "../support/eventually.ts";
import { StandIn, type Story } from "./stand-in.ts";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
export const WIDE = { width: 1440, height: 1000 } as const;
export const NARROW = { width: 400, height: 850 } as const;
/** A tenth of a second is what people notice; a machine that is busy elsewhere may take some times that. */
export const STALL_MAX_MS = 400;
/** For what the page does by itself. */
const WAIT_MAX_MS = 10_000;

export interface Visit {
  readonly page: Page;
  readonly standIn: StandIn;
}

interface Look {
  readonly colorScheme?: "light" | "dark";
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Opened in place of the stand-in's page. */
  readonly address?: string;
  /** What the test expects the browser to complain about. */
  readonly complaints?: RegExp;
}

export async function launch(): Promise<Browser> {
  return chromium.launch({ ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }), args: FLAGS });
}

/** Opens the page before the story, and afterwards expects that nothing went wrong in it. */
export async function visit(
  browser: Browser,
  story: Story,
  look: Look,
  act: (visit: Visit) => Promise<void>,
): Promise<void> {
  const standIn = new StandIn(story);
  const { colorScheme = "light", viewport = WIDE } = look;
  const context = await browser.newContext({ colorScheme, viewport, timezoneId: "UTC", reducedMotion: "reduce" });
  context.setDefaultTimeout(WAIT_MAX_MS);
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("dialog", (dialog) => complaints.push(`dialog ${dialog.message()}`));
    await page.goto(look.address ?? standIn.url);
    await act({ page, standIn });
    expect(complaints.filter((complaint) => look.complaints?.test(complaint) !== true)).toEqual([]);
  } finally {
    await context.close();
    await standIn.stop();
  }
}

/** How many elements there are. */
export async function count(page: Page, selector: string): Promise<number> {
  return page.locator(selector).count();
}

/** The text of the first element; empty without one. */
export async function text(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).first().textContent()) ?? "";
}

/**
 * Scrolls the element to 100 places, and says how long the longest frame took: in the best of five rounds, because what
 * the page itself holds up is slow in each of them, and a machine that is busy elsewhere in some.
 */
export async function longestFrameMs(page: Page, id: string): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const list = document.getElementById(${JSON.stringify(id)});
    const rounds = [];
    for (let round = 0; round < 5; round++) {
      let longest = 0;
      let before = performance.now();
      for (let step = 0; step < 20; step++) {
        list.scrollTop = (list.scrollHeight * ((step * 37 + round * 7) % 60)) / 60;
        await new Promise(requestAnimationFrame);
        longest = Math.max(longest, performance.now() - before);
        before = performance.now();
      }
      rounds.push(longest);
    }
    return Math.min(...rounds);
  })()`);
}

/** The page draws in its next frame: repeats the expectations until they hold. */
export async function soon(check: () => void | Promise<void>): Promise<void> {
  const holds = async (): Promise<boolean> => {
    await check();
    return true;
  };
  await eventually("the page to show it", holds, { timeoutMs: WAIT_MAX_MS });
}
