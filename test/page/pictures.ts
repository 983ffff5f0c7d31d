/** `bun test/page/pictures.ts`: takes the pictures of the README anew. Needs Chromium and pngquant. */
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { launch } from "./browser.ts";
import { HOSTILE, LENGTH_S, OOM_AT_S, playedProcesses, playedState, START_MS } from "./played-job.ts";
import { playedLogs } from "./played-logs.ts";
import { playedSpans } from "./played-spans.ts";
import { StandIn } from "./stand-in.ts";

const FOLDER = join(import.meta.dir, "../../src/page/pictures");
const SIZE = { width: 1280, height: 900 };
const SETTLED_MS = 1500;

/** A README is for people who know no attacker yet. */
function harmless<T>(value: T): T {
  const hostile = JSON.stringify(HOSTILE).slice(1, -1);
  return JSON.parse(JSON.stringify(value).replaceAll(` ${hostile}`, "").replaceAll(hostile, "tar"));
}

async function keep(seen: Page | Locator, name: string): Promise<void> {
  const path = join(FOLDER, name);
  await seen.screenshot({ path });
  // A third of the bytes; nobody sees the difference.
  Bun.spawnSync(["pngquant", "--force", "--speed", "1", "--output", path, "160", path]);
}

const state = harmless(playedState());
const spans = playedSpans().map(harmless);
const standIn = new StandIn({ state, logs: playedLogs(18_422).map(harmless), spans });
const browser = await launch();
for (const colorScheme of ["light", "dark"] as const) {
  const page = await browser.newPage({ viewport: SIZE, colorScheme, timezoneId: "UTC", reducedMotion: "reduce" });
  await page.goto(standIn.url);
  await page.waitForTimeout(SETTLED_MS);
  standIn.send("change", { processes: harmless(playedProcesses(OOM_AT_S - 4)) });
  if (colorScheme === "light") {
    const box = await page.locator("#chart-cpu .u-over").boundingBox();
    await page.mouse.move((box?.x ?? 0) + ((box?.width ?? 0) * (OOM_AT_S - 4)) / LENGTH_S, (box?.y ?? 0) + 60);
  } else {
    standIn.send("sample", { atMs: START_MS + LENGTH_S * 1000, values: {} });
    await page.getByRole("button", { name: /Unit tests/ }).click();
    await page.getByLabel("Severity").selectOption("13");
    await page.locator("#events .severity-fatal").click();
    await page.evaluate("document.getElementById('log').scrollIntoView({ block: 'end' })");
  }
  await page.waitForTimeout(SETTLED_MS);
  await keep(page, `page-${colorScheme}.png`);
  if (colorScheme === "light") {
    for (let error = 0; error < 6; error++) await page.getByRole("button", { name: "Next error" }).click();
    await page.mouse.move(0, 0);
    await keep(page.locator("#traces"), "page-traces.png");
  }
  await page.close();
}
await browser.close();
await standIn.stop();
