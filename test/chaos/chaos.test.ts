/** The short run of `bun run chaos`, and tests that its judge sees what it is there to see. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { needs } from "../support/built.ts";
import { attemptOf } from "./attempt.ts";
import { Ledger, type Outcome } from "./ledger.ts";
import { isClean, reconcile, type Verdict } from "./reconcile.ts";

/** The short run takes some four minutes on two cores. */
const TIMEOUT_MS = 10 * 60_000;
setDefaultTimeout(TIMEOUT_MS);

/** What the objects hold, made of the lines of attempts. */
type Lines = (line: (number: number) => string) => string;

const NAME = "20260101-000000.logs.log";

/** Books of attempts answered so, and objects that hold these lines. */
function judged(outcomes: readonly Outcome[], lines: Lines): Verdict {
  const ledger = new Ledger("test");
  for (const outcome of outcomes) ledger.begin(0).entry.outcome = outcome;
  const text = lines((number) => `${attemptOf("test", number).line}\n`);
  return reconcile(ledger, new Map([[NAME, Buffer.from(text)]]));
}

describe("reconcile()", () => {
  test("is content with every acknowledged line once, and unanswered ones once or never", () => {
    const verdict = judged(["acknowledged", "unanswered", "unanswered", "refused"], (line) => line(0) + line(1));
    expect(isClean(verdict)).toBe(true);
    expect([...verdict.stored]).toEqual([1, 1, 0, 0]);
  });

  test("finds a missing line", () => {
    expect(judged(["acknowledged", "acknowledged"], (line) => line(0)).missing).toEqual([1]);
  });

  test("finds a doubled line, also one that was never answered", () => {
    const verdict = judged(["acknowledged", "unanswered"], (line) => line(0) + line(0) + line(1) + line(1));
    expect(verdict.doubled).toEqual([0, 1]);
  });

  test("finds lines that were refused, rejected or never sent", () => {
    const verdict = judged(["refused", "rejected", "unsent"], (line) => line(0) + line(1) + line(2));
    expect(verdict.forbidden).toEqual([0, 1, 2]);
  });

  test("finds a line that is not what was sent, and one that nobody sent", () => {
    const changed = judged(["unanswered"], (line) => line(0).replace("timeUnixNano", "timeUnixNanO"));
    expect(changed.invented).toHaveLength(1);
    expect(judged(["unanswered"], (line) => `{"foreign":1}\n${line(7)}`).invented).toHaveLength(2);
  });

  test("reads what is compressed, and finds an object that is not what its name says", () => {
    const ledger = new Ledger("test");
    ledger.begin(0).entry.outcome = "acknowledged";
    const bytes = gzipSync(`${attemptOf("test", 0).line}\n`);
    expect(isClean(reconcile(ledger, new Map([[`${NAME}.gz`, bytes]])))).toBe(true);
    expect(reconcile(ledger, new Map([[`${NAME}.zst`, bytes]])).broken).toHaveLength(1);
  });

  test("finds a torn line and a cut end", () => {
    expect(judged(["unanswered"], (line) => `${line(0).slice(0, 40)}\n`).broken).toHaveLength(1);
    expect(judged(["unanswered"], (line) => line(0).slice(0, -1)).broken).toEqual([`${NAME}: its end is cut off`]);
  });
});

const parts = needs("executable", "s3");

describe.skipIf(parts.missing)(parts.title("chaos"), () => {
  test("the short run breaks no promise", async () => {
    const run = Bun.spawn([process.execPath, join(import.meta.dir, "run.ts"), "--short", "--seed", "1"], {
      stdout: "pipe",
      stderr: "inherit",
      env: { ...process.env },
    });
    const table = await new Response(run.stdout).text();
    process.stderr.write(table);
    expect(await run.exited, table).toBe(0);
    expect(table).toContain("kill -9");
  });
});
