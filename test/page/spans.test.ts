import { describe, expect, test } from "bun:test";
import type { LiveSpan } from "../../src/live/live-data.ts";
import { SPAN_TEXT_MAX_CHARS, SPANS_MAX, SpanStore } from "../../src/page/data/span-store.ts";
import { exactDurationText } from "../../src/lib/quantities.ts";
import { Outline } from "../../src/page/traces/outline.ts";
import { type SpanNode, treeOf } from "../../src/page/traces/span-tree.ts";
import { TESTS_TRACE, FAILED_QUERY, playedSpans } from "./played-spans.ts";
import { randomFrom } from "./random.ts";

const span = (spanId: string, parentSpanId?: string, more: Partial<LiveSpan> = {}): LiveSpan => ({
  traceId: "t",
  spanId,
  ...(parentSpanId !== undefined && { parentSpanId }),
  name: spanId,
  startedAtMs: 0,
  endedAtMs: 1,
  isError: false,
  attributes: {},
  ...more,
});

const told = (...records: readonly LiveSpan[]) => ({ records, leftOut: 0 });

/** `a1 b2`: names and levels, in order. */
function drawn(nodes: readonly SpanNode[]): string {
  return nodes.map(({ span: { name }, level }) => name + level).join(" ");
}

function played(): Outline {
  const outline = new Outline();
  outline.setSpans(playedSpans().filter(({ traceId }) => traceId === TESTS_TRACE));
  return outline;
}

function seenNames(outline: Outline): readonly (string | undefined)[] {
  return outline.keys.map((key) => outline.node(key)?.span.name);
}

describe("SpanStore", () => {
  test("keeps the newest, counts those that went, and forgets traces without a span", () => {
    const store = new SpanStore();
    for (let at = 0; at < SPANS_MAX + 5; at++) store.add(told(span(`${at}`, undefined, { traceId: `${at >> 1}` })));
    expect(store.length).toBeLessThanOrEqual(SPANS_MAX);
    expect(store.length + store.dropped).toBe(SPANS_MAX + 5);
    expect(store.trace("0")).toBeUndefined();
    expect(store.trace(`${SPANS_MAX >> 1}`)?.size).toBe(2);
    expect(store.traces.reduce((sum, { size }) => sum + size, 0)).toBe(store.length);
  });

  test("is bounded in characters too", () => {
    const store = new SpanStore();
    const attributes = { text: "x".repeat(1024 * 1024) };
    for (let at = 0; at < 100; at++) store.add(told(span(`${at}`, undefined, { attributes })));
    expect(store.length * attributes.text.length).toBeLessThanOrEqual(SPAN_TEXT_MAX_CHARS);
    expect([...(store.trace("t")?.spans ?? [])].at(-1)?.name).toBe("99");
  });

  test("a span that is told again is not doubled; two that share an id by mistake are two", () => {
    const store = new SpanStore();
    store.add({ ...told(span("a"), span("b")), leftOut: 3, hasEarlier: true });
    store.add({ ...told(span("a"), span("a", undefined, { endedAtMs: 2 })), leftOut: 1 });
    expect([store.length, store.leftOut, store.hasEarlier]).toEqual([3, 4, true]);
  });

  test("sums a trace up, with its root and without", () => {
    const store = new SpanStore();
    store.add(told(span("b", "a", { startedAtMs: 5, endedAtMs: 30, isError: true })));
    expect(store.trace("t")?.summary).toMatchObject({ root: undefined, first: { name: "b" }, startedAtMs: 5 });
    store.add(told(span("a", undefined, { startedAtMs: 6, endedAtMs: 20 })));
    expect(store.trace("t")?.summary).toMatchObject({
      root: { name: "a" },
      first: { name: "a" },
      startedAtMs: 5,
      endedAtMs: 30,
      spans: 2,
      errors: 1,
    });
  });
});

describe("treeOf()", () => {
  test("puts children below their parents, in the order of their starts", () => {
    const nodes = treeOf([
      span("late", "root", { startedAtMs: 5 }),
      span("leaf", "early", { startedAtMs: 4, isError: true }),
      span("root", undefined, { endedAtMs: 9 }),
      span("early", "root", { startedAtMs: 3 }),
    ]);
    expect(drawn(nodes)).toBe("root1 early2 leaf3 late2");
    expect(nodes[0]).toMatchObject({ descendants: 3, errorsBelow: 1, parent: undefined });
    expect(nodes[2]).toMatchObject({ descendants: 0, errorsBelow: 0, parent: 1 });
  });

  test.each([
    ["a span that is its own parent", [span("a", "a")], "a1"],
    ["a ring of parents", [span("a", "b"), span("b", "c"), span("c", "a")], "a1 c2 b3"],
    ["a ring with a tail", [span("x", "b", { startedAtMs: 9 }), span("a", "b"), span("b", "a")], "a1 b2 x3"],
    ["an id twice", [span("a"), span("a", undefined, { startedAtMs: 2 }), span("b", "a")], "a1 b2 a1"],
    ["an end before the start", [span("a", undefined, { startedAtMs: 5, endedAtMs: 1 }), span("b", "a")], "a1 b2"],
    ["nothing", [], ""],
  ])("%s is drawn, each span once", (_, spans, wanted) => {
    const nodes = treeOf(spans);
    expect(nodes).toHaveLength(spans.length);
    expect(drawn(nodes)).toBe(wanted);
  });

  test("says that a parent is missing only where the trace has a root", () => {
    expect(treeOf([span("a"), span("b", "gone")]).map(({ isOrphan }) => isOrphan)).toEqual([false, true]);
    expect(treeOf([span("b", "gone")]).map(({ isOrphan }) => isOrphan)).toEqual([false]);
  });

  test("whatever parents say, each span is there once, below a span before it", () => {
    const random = randomFrom(3);
    for (let run = 0; run < 300; run++) {
      const id = (): string => `${Math.floor(random() * 12)}`;
      const spans = Array.from({ length: 20 }, () =>
        span(id(), random() > 0.2 ? id() : undefined, { startedAtMs: random() }),
      );
      const nodes = treeOf(spans);
      expect(new Set(nodes.map((node) => node.span)).size).toBe(20);
      nodes.forEach(({ level, parent }, place) => {
        expect(parent === undefined ? 1 : (nodes[parent]?.level ?? 0) + 1).toBe(level);
        if (parent !== undefined) expect(parent).toBeLessThan(place);
      });
      expect(nodes.filter(({ level }) => level === 1).reduce((sum, node) => sum + 1 + node.descendants, 0)).toBe(20);
    }
  });

  test("a chain of 20,000 is no deeper than the stack", () => {
    const nodes = treeOf(Array.from({ length: 20_000 }, (_, at) => span(`${at}`, at === 0 ? undefined : `${at - 1}`)));
    expect([nodes.at(-1)?.level, nodes[0]?.descendants]).toEqual([20_000, 19_999]);
  });
});

describe("Outline", () => {
  test("folds all but the roots and their children, and one by one", () => {
    const outline = played();
    const all = outline.keys.length;
    outline.collapseAll();
    expect(seenNames(outline)).toEqual([
      "vitest run",
      ...["cart", "checkout", "voucher", "search", "account", "shipping"].map((suite) => `tests/${suite}.test.ts`),
    ]);
    const [root = "", first = ""] = outline.keys;
    outline.toggle(first);
    expect(outline.isCollapsed(first)).toBe(false);
    expect(seenNames(outline)[2]).toBe("cart › adds an item");
    outline.toggle(root);
    expect(outline.keys).toEqual([root]);
    outline.expandAll();
    expect(outline.keys).toHaveLength(all);
  });

  test("finds each error in turn, and unfolds what hides it", () => {
    const outline = played();
    outline.collapseAll();
    const found: (string | undefined)[] = [];
    let key: string | undefined;
    do {
      key = outline.nextError(key);
      found.push(outline.node(key)?.span.name);
    } while (found.at(-1) !== FAILED_QUERY);
    expect(found).toHaveLength(6);
    expect(seenNames(outline)).toContain(FAILED_QUERY);
    expect(outline.node(outline.nextError(key))?.span.name).toBe("vitest run");
    expect(new Outline().nextError(undefined)).toBeUndefined();
  });

  test("what is folded stays so when spans come, and a leaf cannot be", () => {
    const outline = new Outline();
    outline.setSpans([span("a"), span("b", "a")]);
    const [a = "", b = ""] = outline.keys;
    outline.toggle(a);
    outline.toggle(b);
    expect(outline.isCollapsed(b)).toBe(false);
    outline.setSpans([span("a"), span("b", "a"), span("c", "a")]);
    expect(seenNames(outline)).toEqual(["a"]);
  });
});

test.each([
  [0, "0 µs"],
  [0.34, "340 µs"],
  [0.9999, "1 ms"],
  [1.24, "1.2 ms"],
  [12.4, "12 ms"],
  [999.7, "1.00 s"],
  [3077, "3.08 s"],
  [41_230, "41.2 s"],
  [59_999, "1 m 00 s"],
])("%d ms is %s", (ms, text) => {
  expect(exactDurationText(ms)).toBe(text);
});
