/** From a job on a machine to a report in a browser, with real parts in between: agent, collector, S3, Chromium. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { pathToFileURL } from "node:url";
import { launch } from "../page/browser.ts";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { CHROMIUM, withChromium } from "../support/chromium.ts";
import { collectorOptions } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { runnerJob } from "../support/runner-job.ts";
import { StandInRunner } from "../support/stand-in-runner.ts";
import { expectStop } from "../support/steps.ts";
import { S3Store } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(90_000);

const STEP = "Test <b>all</b>";
const ERROR = "##[error]3 is not <i>4</i>";
const whole = needs("executable", "collector", "s3");
const isSkipped = whole.missing || CHROMIUM === undefined || process.platform !== "linux";

describe.skipIf(isSkipped)(whole.title(withChromium("a report of objects in a bucket")), () => {
  test("shows in a browser what the job did, from one file and without a network", async () => {
    await using store = await S3Store.start(built("s3"));
    await using base = await TempDir.create("base");
    using runner = new StandInRunner({ diag: base.file("_diag"), uploadEveryMs: 50 });
    const flags = ["--collector-diag-glob", base.file("_diag/**/*.log")];
    await using agent = await Agent.start(collectorOptions(store, base, flags));

    const job = runner.begin(runnerJob({ name: "build", steps: ["Compile", STEP] }));
    const compile = job.step("Compile");
    compile.print("\u001b[32mcompiled\u001b[0m");
    await Bun.sleep(2000);
    compile.end();
    const tests = job.step(STEP);
    tests.print(ERROR);
    await Bun.sleep(1000);
    tests.end("failed", "exit code 1");
    job.end("Failed");
    await eventually("the job's end", async () => (await agent.stats()) !== undefined);
    await expectStop(agent);

    const output = base.file("report.html");
    const source = store.flags.at(-1) ?? "";
    const environment = { PATH: process.env["PATH"] ?? "", ...store.environment };
    await using report = new Child([built("executable"), "report", source, "-o", output], { environment });
    expect(await report.ended(30_000), report.output).toMatchObject({ code: 0 });
    expect(report.output).toContain(": 1 job");

    const browser = await launch();
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("request", (request) => {
        if (!/^(?:file|data):/.test(request.url())) complaints.push(request.url());
      });
      await page.goto(pathToFileURL(output).href);
      await eventually("job, steps, log and figures in the report", async () => {
        const text = await page.locator("body").innerText();
        return ["build", "Compile", STEP, ERROR, "compiled"].every((words) => text.includes(words));
      });
      expect(await page.locator("#charts canvas").count()).toBeGreaterThan(2);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
