/** The page in a real browser, from a real agent: what the one draws is what the other tells. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { launch } from "../page/browser.ts";
import { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { CHROMIUM, withChromium } from "../support/chromium.ts";
import { collectorOptions } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { logsJson, tracesJson } from "../support/samples.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const STEP = "compile <b>all</b>";
const SPAN = "test <b>one</b>";
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
      expect((await agent.post("/v1/traces", tracesJson(SPAN))).status).toBe(200);
      await eventually("step, log, span and memory on the page", async () => {
        const text = await page.locator("body").innerText();
        return text.includes(STEP) && text.includes(LOG) && text.includes(SPAN) && /used\s+\d[\d.]* [KMGT]iB/.test(text);
      });
      expect(complaints).toEqual([]);
      await expectStop(agent);
    } finally {
      await browser.close();
    }
  });
});
