import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { expectGolden } from "../../golden/golden.ts";
import { playedEvents, playedSeries, playedSteps, START_MS } from "../../page/played-job.ts";
import { Played, PLAYED_AT_MS, playedJob } from "../../report/played.ts";
import { freePort } from "../../support/free-port.ts";
import { TempDir } from "../../support/temp-dir.ts";
import { cli } from "../context.ts";

const ATTRIBUTES = {
  "vcs.owner.name": "acme",
  "vcs.repository.name": "widgets",
  "cicd.pipeline.name": "CI",
  "cicd.pipeline.run.id": "721",
  "warp_telemetry.run.attempt": "2",
};
const LENGTH_S = 1200;
const [FORMATS, HOUR_MS] = [["markdown", "text", "json"], 3_600_000] as const;

/** What an agent tells of the played job. */
function state(): object {
  const job = {
    name: "build (ubuntu, 3)",
    traceId: "ab",
    startedAtMs: START_MS,
    source: "runner",
    attributes: ATTRIBUTES,
    steps: playedSteps(),
  };
  return {
    version: "1.2.3",
    nowMs: START_MS + LENGTH_S * 1000,
    maySeeTexts: true,
    jobs: [job],
    series: playedSeries(LENGTH_S),
    events: playedEvents(),
    price: { perMinute: 0.016, currency: "USD" },
  };
}

let told: object = state();
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json(told) });
afterAll(() => server.stop(true));

const summary = (...args: readonly string[]) => cli(["summary", "--port", String(server.port), ...args]);

describe("summary", () => {
  test.each(FORMATS)("prints the played job as %s, the golden one", async (format) => {
    const { code, out, err } = await summary("--format", format);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expectGolden(`summary-run.${format}`, out);
  });

  test("is text on a terminal, and Markdown otherwise", async () => {
    expect((await summary()).out).toStartWith("<h3>");
    const argv = ["summary", "--port", String(server.port)];
    expect((await cli(argv, { screen: () => ({ columns: 80, rows: 24 }) })).out).toStartWith(
      "▶ build (ubuntu, 3) is running",
    );
  });

  test("takes the price of the command before that of the agent, and has none where nobody says it", async () => {
    const flag = await summary("--format", "text", "--price-per-minute", "1 EUR");
    expect(flag.out).toMatch(/Cost: 20\.00 EUR, at 1\.00 EUR\s+a/);
    const variables = { WARP_TELEMETRY_PRICE_PER_MINUTE: "2 EUR" };
    const argv = ["summary", "--format", "text", "--port", String(server.port)];
    expect((await cli(argv, { variables })).out).toContain("Cost: 40.00 EUR");
    told = { ...state(), price: undefined };
    expect((await summary("--format", "text")).out).not.toContain("Cost");
    told = state();
  });

  test("is of the job in whose environment it runs", async () => {
    const argv = ["summary", "--port", String(server.port)];
    expect((await cli(argv, { variables: { GITHUB_RUN_ID: "721" } })).code).toBe(0);
    const other = await cli(argv, { variables: { GITHUB_RUN_ID: "722" } });
    expect(other).toEqual({
      code: 1,
      out: "",
      err: `Cannot summarize the job: the agent at http://127.0.0.1:${server.port} has seen no such job in this run\n`,
    });
  });

  test("ends with 1 when it cannot know", async () => {
    const port = String(await freePort());
    const gone = await cli(["summary", "--port", port]);
    expect(gone).toEqual({
      code: 1,
      out: "",
      err: `Cannot summarize the job: nobody listens at http://127.0.0.1:${port}\n`,
    });
    const cheap = await summary("--price-per-minute", "cheap");
    expect(cheap).toMatchObject({
      code: 1,
      err: expect.stringContaining('a price and a currency, such as "0.008 USD"'),
    });
    using off = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => Response.json({ message: "Cannot find" }, { status: 404 }),
    });
    expect((await cli(["summary", "--port", String(off.port)])).err).toContain("or telemetry.page.enabled is false");
    told = { message: "an older agent" };
    expect((await summary()).err).toContain("keeps no history of the run: it is an older agent");
    told = state();
  });

  test.each([
    [["--format", "html"], "option '--format' takes markdown, text, json"],
    [["--job", "build"], "option '--job <name>' goes with '--runs <source>'"],
    [["--runs", "ftp://x"], "wanted"],
  ])("%j is a mistake", async (args, message) => {
    const { code, err } = await summary(...args);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });
});

describe("summary --runs", () => {
  let folder: TempDir;
  beforeAll(() => {
    folder = new TempDir("runs");
    const played = new Played(folder.path);
    for (let n = 0; n < 6; n++) {
      const fromMs = PLAYED_AT_MS + n * HOUR_MS;
      const result = n === 5 ? "cancellation" : "failure";
      played.job({ ...playedJob({ fromMs }), id: `job-${n}`, runId: `72${n}`, result });
    }
  });
  afterAll(() => folder[Symbol.dispose]());

  test.each(FORMATS)("prints runs of stored objects as %s, the golden ones", async (format) => {
    const { code, out, err } = await cli(["summary", "--runs", folder.path, "--format", format]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expectGolden(`summary-runs.${format}`, out);
  });

  test("chooses jobs, and says what a job cost", async () => {
    const since = ["--from", new Date(PLAYED_AT_MS + 3 * HOUR_MS).toISOString()];
    const argv = ["summary", "--runs", folder.path, "--format", "text", ...since];
    const { out } = await cli([...argv, "--price-per-minute", "0.5 USD"]);
    expect(out).toContain("build: facts only");
    expect(out).toContain("- 5 runs wanted, 2 here.");
    expect(out).toMatch(/cost +1\.00 USD +1\.00 USD +1\.00 USD +3/);
    const none = await cli(["summary", "--runs", folder.path, "--job", "deploy"]);
    expect(none.code).toBe(1);
    expect(none.err).toContain("tells of a job that was asked for");
  });

  test("of a folder that is not there ends with 1", async () => {
    const { code, out, err } = await cli(["summary", "--runs", folder.file("nowhere")]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("Cannot read the runs: ");
  });

  test("names what it cannot read", async () => {
    await using mixed = await TempDir.create("mixed");
    const played = new Played(mixed.path);
    played.job(playedJob());
    played.write("metrics", PLAYED_AT_MS, ["no JSON"]);
    const { code, err } = await cli(["summary", "--runs", mixed.path, "--format", "text"]);
    expect(code).toBe(0);
    expect(err).toContain("1 lines are left out, because they are no OTLP or too long");
  });
});
