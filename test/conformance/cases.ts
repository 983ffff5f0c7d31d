import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { built, needs } from "../support/built.ts";
import { OtelcolReader } from "../support/otelcol-reader.ts";
import { badRequest, expectFailure, expectSuccess, expectWarning } from "./answers.ts";
import { Conversation, type Exchange, type Sent } from "./conversation.ts";
import { linesReadByDuckDb } from "./duckdb.ts";
import { STREAM_TABLE } from "../../src/pipeline.ts";

/** One request and what must become of it. */
export interface Case {
  /** Begins with the item's number or the row's name; with the encoding it is unique. */
  readonly name: string;
  readonly sent: Sent;
  /**
   * The stored line: the text itself, or the value that it is in JSON. Default for JSON: what was sent. `nothing`: the
   * request is taken and leaves no line.
   */
  readonly stored?: unknown;
  /** What `/stats` counts for it. Default nothing. */
  readonly notes?: Readonly<Record<string, number>>;
  /** Default 1. */
  readonly items?: number;
  /** It is taken, and its answer says something. Such a case is JSON. */
  readonly warned?: RegExp;
  /** It is answered 400: the path of the bad field, or words of the message. */
  readonly rejected?: string | RegExp;
}

export const NOTHING = Symbol("nothing");

/** Holds the conversation that `cases` are, then one test a case; and independent readers read what was stored. */
export function describeCases(title: string, cases: readonly Case[]): void {
  const agentOnly = needs("executable");
  describe.skipIf(agentOnly.missing)(agentOnly.title(title), () => {
    let conversation: Conversation;

    beforeAll(async () => {
      const names = cases.map(nameOf);
      const doubled = names.filter((name, n) => names.indexOf(name) < n);
      if (doubled.length > 0) throw new Error(`Cannot tell cases apart: ${doubled.join(", ")}`);
      conversation = await Conversation.of(Object.fromEntries(cases.map((one) => [nameOf(one), one.sent])));
    });

    afterAll(async () => {
      await conversation?.[Symbol.asyncDispose]();
    });

    for (const one of cases) {
      test(nameOf(one), () => expectCase(one, conversation.about(nameOf(one))));
    }

    test("DuckDB reads every object made here", async () => {
      const stored = cases.filter((one) => conversation.about(nameOf(one)).line !== undefined);
      expect(await linesReadByDuckDb(conversation.store.folder)).toBe(stored.length);
    });

    const withCollector = needs("collector");
    test.skipIf(withCollector.missing)(
      withCollector.title("the Collector reads every line that came as protobuf, or as JSON without a note"),
      async () => {
        expect(built("collector")).toBeString();
        await using reader = await OtelcolReader.start();
        for (const { sent, ...one } of cases) {
          const { line, notes } = conversation.about(nameOf({ sent, ...one }));
          if (line === undefined || (sent.encoding === "json" && Object.keys(notes).length > 0)) continue;
          const read = await reader.read(STREAM_TABLE[sent.stream ?? "logs"].signal, line);
          expect(read, `${one.name}: ${line}`).toMatchObject({ status: 200 });
        }
      },
    );
  });
}

function nameOf({ name, sent }: Case): string {
  return `${name} (${sent.encoding})`;
}

function expectCase({ sent, stored, notes = {}, items = 1, warned, rejected }: Case, exchange: Exchange): void {
  if (rejected !== undefined) {
    expectFailure(exchange, sent.encoding, 400, typeof rejected === "string" ? /./ : rejected);
    if (typeof rejected === "string") {
      const { details } = expectFailure(exchange, sent.encoding, 400);
      expect(details).toEqual([badRequest(rejected)]);
    }
    expect(exchange.line).toBeUndefined();
    return;
  }
  if (warned === undefined) expectSuccess(exchange, sent.encoding);
  else expectWarning(exchange, warned);
  if (stored === NOTHING) {
    expect(exchange.line).toBeUndefined();
    return;
  }
  const wanted = stored ?? sent.body;
  if (typeof wanted === "string") expect(exchange.line).toBe(wanted);
  else expect(JSON.parse(exchange.line ?? "")).toEqual(wanted);
  expect({ notes: exchange.notes, items: exchange.items }).toEqual({ notes, items });
}
