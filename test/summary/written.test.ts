import { describe, expect, test } from "bun:test";
import { keepSecret } from "../../src/lib/mask.ts";
import type { LiveEvent, LiveJob } from "../../src/live/live-data.ts";
import { SUMMARY_WRITERS } from "../../src/summary/formats.ts";
import { TOLD_EVENTS_MAX, type RunSummary, runSummary, TOLD_STEPS_MAX } from "../../src/summary/run-summary.ts";
import { TOLD_JOBS_MAX, runsSummary } from "../../src/summary/runs-summary.ts";
import { flat, GIB, job, kill, run, runs, series, START_MS } from "./runs.ts";

/** The runner refuses a larger file. */
const FILE_MAX_BYTES = 1024 * 1024;
const SECRET = "hunter2-is-no-password";

/** What a name of a step may do to a page, and what must not be left of it. */
const HOSTILE = [
  "a | b || c |",
  "`code` ``` ~~~",
  "</code></td></table><script>alert(1)</script><img src=x onerror=alert(1)>",
  "line\n\n# heading\n\n- item\n\n| a |\n|---|\n",
  "\r\n::error::no command",
  "![image](https://evil.example/x.png) [link](javascript:alert(1)) <https://evil.example>",
  "https://evil.example www.evil.example user@evil.example",
  "\u202egnp.exe\u202c \u200b \u2028",
  "&lt;script&gt; &#60;b&#62; &amp;",
  "\\| \\` \\< \\\\",
  "<!-- comment --> <details> <pre>",
  "$math$ $$x$$ :tada: @octocat #1 *bold* _it_ ~~no~~ [^1]",
  "\u001b[31mred\u0007\u0000\ud800",
];

function told(change: Partial<LiveJob> = {}, events: readonly LiveEvent[] = []): RunSummary {
  const one = job(20, change);
  const of = { "cpu.mean": Array<number>(20).fill(0.5), "memory.used": Array<number>(20).fill(0.25) };
  const state = { nowMs: START_MS + 20_000, maySeeTexts: true, jobs: [one], series: series(of), events };
  return runSummary(one, state);
}

function stepsNamed(names: readonly string[]): LiveJob["steps"] {
  return names.map((name, at) => ({
    id: `${at}`,
    name,
    startedAtMs: START_MS + at,
    endedAtMs: START_MS + 2 * at + 1,
    result: "success",
    source: "mark",
  }));
}

/** Every element, as GitHub's sanitizer would see it, and all text in `<code>`. */
function rendered(markdown: string): { readonly tags: ReadonlySet<string>; readonly codes: readonly string[] } {
  const html = Bun.markdown.html(markdown);
  const codes = [...html.matchAll(/<code>([^<]*)<\/code>/g)].map(([, text = ""]) => text);
  return {
    tags: new Set([...html.matchAll(/<\/?([a-z][\w-]*)([^>]*)>/gi)].map(([, tag = "", rest = ""]) => tag + rest)),
    codes,
  };
}

function unescaped(html: string): string {
  const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'" };
  return html.replaceAll(/&([a-z]+|#39);/g, (whole, name: string) => named[name] ?? whole);
}

describe("names in Markdown", () => {
  const plain = rendered(SUMMARY_WRITERS.markdown.run(told({ steps: stepsNamed(["name"]) }))).tags;

  test.each(HOSTILE)("%j is the text of one cell", (name) => {
    const summary = told({ name, steps: stepsNamed([name, "after"]), attributes: { "cicd.pipeline.name": name } }, [
      kill(1, { text: name, name }),
    ]);
    const { tags, codes } = rendered(SUMMARY_WRITERS.markdown.run(summary));
    expect([...tags].filter((tag) => !plain.has(tag) && !["ul", "li"].includes(tag))).toEqual([]);
    // Heading, workflow, two steps, the event.
    expect(codes.length).toBe(5);
    expect(codes[3]).toBe("after");
    const [heading = "", workflow, step, , event = ""] = codes.map(unescaped);
    expect([workflow, step]).toEqual([heading, heading]);
    expect(event).toStartWith(heading.slice(0, 8).replaceAll("_", " "));
    expect(heading).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Cs}]/u);
    // What can be seen of it stands there as it is.
    if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Cs}\\]/u.test(name)) expect(heading).toBe(name);
  });

  test("no line of the file is a command, and no block ends early", () => {
    const markdown = SUMMARY_WRITERS.markdown.run(told({ steps: stepsNamed(HOSTILE), name: HOSTILE.join("\n") }));
    for (const line of markdown.split("\n")) expect(line).toMatch(/^$|^<|^(CPU|memory| )/);
    // A blank line inside a block would make Markdown of what follows.
    for (const block of markdown.split("\n\n")) expect(block.trim()).toMatch(/^<(h3|p|ul|table|pre)>[\s\S]*<\/\1>$/);
  });

  test("secrets are in no form of it", () => {
    keepSecret(SECRET);
    const summary = told({ name: SECRET, steps: stepsNamed([`x ${SECRET}<&`]) }, [kill(1, { text: SECRET })]);
    for (const { run: write } of Object.values(SUMMARY_WRITERS)) expect(write(summary)).not.toContain(SECRET);
  });
});

describe("a summary of any size", () => {
  const name = "<&>\"'".repeat(300);
  const steps = stepsNamed(Array<string>(1000).fill(name));
  const events = Array.from({ length: 500 }, (_, at) =>
    kill(at / 30, { text: name, severity: at === 400 ? "fatal" : "info" }),
  );

  test("is a fraction of what the runner takes, and says what is left out", () => {
    const summary = told({ name, steps, attributes: { "cicd.pipeline.name": name } }, events);
    const markdown = SUMMARY_WRITERS.markdown.run(summary);
    expect(Buffer.byteLength(markdown)).toBeLessThan(FILE_MAX_BYTES / 4);
    expect(markdown).toContain("900 shorter steps left out.");
    expect(markdown).toContain("450 less grave events left out.");
    expect(summary.steps.length).toBe(TOLD_STEPS_MAX);
    expect(summary.events.length).toBe(TOLD_EVENTS_MAX);
    // The longest steps, and the gravest event.
    expect(Math.min(...summary.steps.map(({ durationMs }) => durationMs))).toBe(901);
    expect(summary.events.some(({ severity }) => severity === "fatal")).toBe(true);
  });

  test("of many jobs, too", () => {
    const all = Array.from({ length: 3 * TOLD_JOBS_MAX }, (_, at) =>
      run({ job: `${name}${at}`, repository: name, workflow: name }),
    );
    const markdown = SUMMARY_WRITERS.markdown.runs(runsSummary(all));
    expect(Buffer.byteLength(markdown)).toBeLessThan(FILE_MAX_BYTES / 2);
    expect(markdown).toContain("100 jobs with fewer runs left out.");
  });
});

describe("text for a terminal", () => {
  test.each(HOSTILE)("%j keeps to 80 columns and moves no cursor", (name) => {
    const long = name.padEnd(600, "x");
    const text = SUMMARY_WRITERS.text.run(
      told({ name: long, steps: stepsNamed([long, name]), attributes: { "vcs.repository.name": long } }, [
        kill(1, { text: long }),
      ]),
    );
    for (const line of text.split("\n")) {
      expect(line.length).toBeLessThanOrEqual(80);
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Cs}]/u);
    }
  });
});

/** Without its line breaks. */
function textOf(summary: RunSummary): string {
  return SUMMARY_WRITERS.text.run(summary).replaceAll(/\n {0,2}/g, " ");
}

describe("facts of one run", () => {
  test("one thread as the limit, with its figures", () => {
    const facts = { ...run({ oneThreadShare: 0.62 }) };
    expect(textOf({ ...told(), facts })).toContain(
      "One thread is the limit in 62 % of the time: the busiest core was at 95 % or more, and all 8 cores together did the work of 1.5 at most. More cores will not help there.",
    );
    expect(textOf({ ...told(), facts: run({ oneThreadShare: 0.19 }) })).not.toContain("One thread");
  });

  test("what was not measured is not claimed", () => {
    const text = textOf({ ...told(), facts: run({ measuredShare: 0.4 }) });
    expect(text).toContain("The machine was measured in 40 % of that time.");
    expect(text).toMatch(/received +not measured +– +–/);
    const nothing = { ...told(), cpuChart: undefined, memoryChart: undefined };
    const blank = textOf({ ...nothing, facts: { ...nothing.facts, figures: {}, measuredShare: 0 } });
    expect(blank).toContain("The machine was not measured.");
    expect(blank).not.toMatch(/▁|busiest|p95/);
  });

  test("no advice", () => {
    const low = textOf({ ...told(), facts: run({ figures: { "cpu.mean": flat(0.01), "memory.used": flat(0.01) } }) });
    expect(low).not.toMatch(/enough|smaller|larger|advice/i);
  });

  test("whose names it may not tell, and that other jobs ran", () => {
    const text = textOf({ ...told(), maySeeTexts: false, otherJobs: 2 });
    expect(text).toContain("Names are left out: the agent tells them to root and to the runner's user.");
    expect(text).toContain("2 other jobs ran on this machine at the time. The figures are of the whole machine.");
  });

  test.each([
    [0, "no step has failed so far"],
    [1, "1 step failed so far"],
    [2, "2 steps failed so far"],
  ])("how a job that runs stands, with %d failed steps", (failedSteps, wanted) => {
    const { result: _, ...facts } = run({ isRunning: true });
    expect(textOf({ ...told(), facts, failedSteps })).toStartWith(`▶ build is running, ${wanted}`);
  });

  test("kills, and whose memory had run out", () => {
    const text = textOf({ ...told(), facts: run({ oomKills: 3, oomKillsOfMachine: 1 }) });
    expect(text).toContain("The memory of the machine ran out: the kernel killed once for it.");
    expect(text).toContain(
      "The kernel killed 2 times for memory: a smaller limit than the machine's was reached, or it is not known which.",
    );
  });
});

describe("many runs", () => {
  test("are told by job and size of machine, each with its advice", () => {
    const all = [
      ...runs(5),
      ...runs(3, { memoryBytes: 16.2 * GIB }),
      ...runs(2, { cores: 4 }),
      ...runs(6, { job: "lint" }),
      ...runs(1, { workflow: "nightly" }),
    ];
    const { groups } = runsSummary(all);
    expect(
      groups.map(({ job: name, workflow, runs: of, advice }) => [name, workflow, of.length, advice.verdict]),
    ).toEqual([
      ["build", "CI", 8, "smaller"],
      ["lint", "CI", 6, "smaller"],
      ["build", "CI", 2, "too_few_runs"],
      ["build", "nightly", 1, "too_few_runs"],
    ]);
  });

  test("with the rule and the warning in every form", () => {
    for (const { runs: write } of Object.values(SUMMARY_WRITERS)) {
      const text = write(runsSummary(runs(5))).replaceAll(/\s+/g, " ");
      expect(text).toContain("P99.5 of the busy cores × 1.2 fits");
      expect(text).toContain("AWS Compute Optimizer");
      expect(text).toContain("garbage collector grows with the machine");
    }
  });
});
