/** What the command draws, at the sizes that people have, and with texts that mean harm. */
import { Terminal } from "@xterm/headless";
import { describe, expect, test } from "bun:test";
import type { LiveLog, LiveState } from "../../src/live/live-data.ts";
import { screenOf } from "../../src/top/draw-screen.ts";
import { frameOf } from "../../src/top/frame.ts";
import { inked } from "../../src/top/ink.ts";
import type { Seen } from "../../src/top/seen.ts";
import { FIRST_VIEW, PARTS } from "../../src/top/view.ts";
import { expectGolden } from "../golden/golden.ts";
import { HOSTILE, playedJob, playedState } from "../page/played-job.ts";
import { NOW_MS, playedRun, rowsOf } from "./played-run.ts";

const SIZES = [
  [80, 24],
  [120, 40],
  [40, 12],
  [20, 8],
] as const;
const MANY_COLUMNS = [1, 2, 10, 20, 36, 60, 72, 100, 300];
const MANY_ROWS = [1, 2, 4, 12, 50];
const VIEWS = [{}, ...PARTS.map((large) => ({ large })), { isHelp: true }, { draft: "x".repeat(500) }];
/** Wide characters, accents without end, writing to the left, escape sequences, line ends, half a character. */
const TEXTS = [
  HOSTILE,
  "中文字符".repeat(300),
  `e${"\u0301".repeat(5000)}`,
  "👩‍👩‍👧🇩🇪⚠️".repeat(100),
  "שלום العربية".repeat(100),
  "\u001B[2J\u001B[1;1H\u001B]0;title\u0007\r\n\u0008\u009B31m",
  "x".repeat(1024 * 1024),
  "\uD800half",
  "",
];

/** A run in which everything that others can name has this name. */
function hostileRun(text: string): Seen {
  const job = playedJob();
  const attributes = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`key-${at}`, text.slice(0, 100)]));
  const logs = Array.from({ length: 30 }, (_, at): LiveLog => ({
    atMs: NOW_MS - 1000 + at,
    stream: "logs",
    severity: at,
    text,
    stepId: "step-1",
  }));
  const state: LiveState = playedState({
    version: text,
    destination: text,
    health: { status: "unhealthy", problems: [{ part: text, reason: text, remedy: text }] },
    jobs: [
      {
        ...job,
        name: text,
        attributes: { ...attributes, "vcs.repository.name": text },
        steps: job.steps.map((step) => ({ ...step, name: text })),
      },
    ],
    events: [{ atMs: NOW_MS - 5000, name: text, severity: "error", text }],
    processes: { atMs: NOW_MS, list: [{ pid: 1, name: text, cpuCores: 1, memoryBytes: 1, stepId: "step-1" }] },
    collector: { state: text, pid: 1, restarts: 1, output: [text] },
  });
  const [stream] = Object.values(state.streams);
  const streams = stream === undefined ? {} : { [text.slice(0, 2000)]: stream };
  return playedRun({ state: { ...state, streams: { ...state.streams, ...streams } }, logs });
}

describe("the screen", () => {
  test.each(SIZES)("%i columns and %i rows", (columns, rows) => {
    const text = rowsOf(playedRun(), { columns, rows }).map((row) => `${row.trimEnd()}\n`);
    expectGolden(`top-${columns}x${rows}.txt`, text.join(""));
  });

  test.each(PARTS)("the part %s, large", (large) => {
    const text = rowsOf(playedRun(), { columns: 100, rows: 34 }, { large }).map((row) => `${row.trimEnd()}\n`);
    expectGolden(`top-${large}.txt`, text.join(""));
  });

  test("has the rows and columns of the terminal, however few, and always the key that ends it", () => {
    const seen = playedRun();
    for (const columns of MANY_COLUMNS) {
      for (const rows of MANY_ROWS) {
        for (const view of VIEWS) {
          const drawn = rowsOf(seen, { columns, rows }, view);
          expect(drawn).toHaveLength(rows);
          expect(Math.max(...drawn.map((row) => Bun.stringWidth(row)))).toBeLessThanOrEqual(columns);
          expect(drawn.at(-1)).toMatch("draft" in view ? /^[/…]/ : /^q/);
        }
      }
    }
  });

  test("names all parts by their keys at 80 columns", () => {
    const [last = ""] = rowsOf(playedRun(), { columns: 80, rows: 24 }).slice(-1);
    expect(last).toBe("q quit p pause / filter Tab next 1 steps 2 machine 3 delivery 4 log ? help");
  });

  test("fits a run that has nothing yet", () => {
    const state = playedState({
      jobs: [],
      events: [],
      processes: null,
      streams: {},
      series: { firstMs: 0, bucketMs: 2000, values: {} },
      destination: null,
      health: { status: "healthy", problems: [] },
    });
    for (const view of VIEWS) rowsOf(playedRun({ state, logs: [] }), { columns: 80, rows: 24 }, view);
    const text = rowsOf(playedRun({ state, logs: [] }), { columns: 80, rows: 24 }).join("\n");
    expect(text).toContain("No job yet");
    expect(text).toContain("No line yet");
    expect(text).toContain("delivers nowhere");
  });

  test("says what another user of the machine may not see", () => {
    const state = playedState({ maySeeTexts: false, processes: null });
    const text = rowsOf(playedRun({ state, logs: [] }), { columns: 80, rows: 24 }).join("\n");
    expect(text.match(/Left out|left out/g)).toHaveLength(2);
  });

  test("says since when the agent is gone, and why", () => {
    const seen = playedRun();
    seen.data.setConnection({ kind: "lost", sinceMs: NOW_MS - 4000 });
    const [first = ""] = rowsOf({ ...seen, lostReason: "nobody listens" }, { columns: 80, rows: 24 });
    expect(first).toStartWith("not connected since 10:19:56, tries again: nobody listens");
  });

  test("shows the lines with the text that is looked for, and how many", () => {
    const seen = playedRun({ filter: "KILLED" });
    const rows = rowsOf(seen, { columns: 80, rows: 24 }, { large: "log", filter: "KILLED" });
    expect(rows[1]).toBe('Log  1 of 500 lines with "KILLED"');
    expect(rows[2]).toContain("FATAL Killed  node --test (exit code 137) ⏎ …");
  });
});

describe("texts that mean harm", () => {
  test.each(TEXTS.map((text) => [JSON.stringify(text.slice(0, 30)), text] as const))("%s", (_, text) => {
    const seen = hostileRun(text);
    for (const view of VIEWS) {
      for (const [columns, rows] of SIZES) {
        const { lines } = screenOf(seen, { ...FIRST_VIEW, ...view }, { columns, rows });
        const drawn = lines.map((line) => inked(line, "plain"));
        expect(drawn).toHaveLength(rows);
        expect(Math.max(...drawn.map((row) => Bun.stringWidth(row)))).toBeLessThanOrEqual(columns);
        expect(drawn.join("")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }
    }
  });

  test("stay in their rows of a real terminal", async () => {
    for (const text of TEXTS) {
      const size = { columns: 80, rows: 24 };
      const { lines } = screenOf(hostileRun(text), FIRST_VIEW, size);
      const terminal = new Terminal({ cols: size.columns, rows: size.rows, allowProposedApi: true });
      const frame = frameOf(lines.map((line) => inked(line, "colours")));
      await new Promise<void>((resolve) => terminal.write(frame, resolve));
      const last = terminal.buffer.active.getLine(size.rows - 1)?.translateToString(true);
      expect(last).toStartWith("q quit p pause");
      expect(terminal.buffer.active.getLine(0)?.translateToString(true)).toStartWith("✗ Unhealthy");
      terminal.dispose();
    }
  });
});

describe("colours", () => {
  test("are left out with NO_COLOR, and the text is the same", () => {
    const { lines } = screenOf(playedRun(), FIRST_VIEW, { columns: 120, rows: 40 });
    const [plain, weights, colours] = (["plain", "weights", "colours"] as const).map((look) =>
      lines.map((line) => inked(line, look)).join("\n"),
    );
    expect(Bun.stripANSI(weights ?? "")).toBe(plain ?? "");
    expect(Bun.stripANSI(colours ?? "")).toBe(plain ?? "");
    // oxlint-disable-next-line no-control-regex -- Colours begin with Escape.
    const codes = [...(weights ?? "").matchAll(/\u001B\[([\d;]*)m/g)].flatMap(([, code = ""]) => code.split(";"));
    expect([...new Set(codes)].toSorted()).toEqual(["0", "1", "2", "7"].filter((code) => codes.includes(code)));
    expect(colours).toContain("\u001B[32m✓");
  });

  test("of the job are those of the terminal, but black and white", () => {
    for (const [style, codes] of [
      ["ansi-1 ansi-bold", "31;1"],
      ["ansi-12", "94"],
      ["ansi-0", "90"],
      ["ansi-15", "39"],
    ] as const) {
      expect(inked([{ text: "x", style }], "colours")).toBe(`\u001B[${codes}mx\u001B[0m`);
    }
  });
});

test("nothing but the clock goes on in a pause", () => {
  const seen = playedRun();
  const later = { ...seen, wallMs: seen.wallMs + 60_000 };
  const size = { columns: 120, rows: 50 };
  expect(rowsOf(later, size).slice(1)).toEqual(rowsOf(seen, size).slice(1));
  expect(rowsOf(later, size)[0]).not.toBe(rowsOf(seen, size)[0]);
});
