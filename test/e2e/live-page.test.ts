/** The page in a real browser, from a real agent: what the one draws is what the other tells. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { launch } from "../page/browser.ts";
import { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { CHROMIUM, withChromium } from "../support/chromium.ts";
import { collectorOptions } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { sendWithSdk, SENT } from "../support/exporters.ts";
import { logsJson } from "../support/samples.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const STEP = "compile <b>all</b>";
const LOG = "said <script>by the job</script>";

const whole = needs("executable", "collector");
const isSkipped = whole.missing || CHROMIUM === undefined || process.platform !== "linux";

describe.skipIf(isSkipped)(whole.title(withChromium("the live page of an agent")), () => {
  test("shows the step, the log and the host's figures, and the browser has nothing against it", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await Agent.start(collectorOptions(store, base, []));
    for (const mark of [
      { kind: "job-start", name: "build" },
      { kind: "step-start", name: STEP },
    ]) {
      expect((await agent.post("/control/marks", JSON.stringify(mark))).status).toBe(200);
    }
    const browser = await launch();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      await page.goto(`${agent.origin}/`);
      expect((await agent.post("/v1/logs", logsJson(LOG))).status).toBe(200);
      await eventually("step, log and memory on the page", async () => {
        const text = await page.locator("body").innerText();
        return text.includes(STEP) && text.includes(LOG) && /used\s+\d[\d.]* [KMGT]iB/.test(text);
      });
      const ended = { kind: "step-end", name: STEP, result: "failure" };
      expect((await agent.post("/control/marks", JSON.stringify(ended))).status).toBe(200);
      await sendWithSdk({ origin: agent.origin, encoding: "protobuf", compression: "gzip" });
      await eventually("the trace of the job and that of the SDK", async () => {
        const names = await page.locator(".trace-name").allTextContents();
        return names.includes("build") && names.includes(SENT.span.name);
      });
      await page.locator(".trace-row", { hasText: "1 error" }).click();
      expect(await page.locator(".span-row .name").allTextContents()).toEqual([STEP]);
      await page.locator(".trace-row", { hasText: SENT.service }).click();
      await page.locator(".span-row").click();
      expect(await page.locator("#span-detail dl").innerText()).toMatch(/http\.method\s+GET/);
      expect(complaints).toEqual([]);
      await expectStop(agent);
    } finally {
      await browser.close();
    }
  });
});
