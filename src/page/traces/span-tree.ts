import type { LiveSpan } from "../../live/live-data.ts";
import { spanKey } from "../data/trace.ts";

/** A span in its tree. */
export interface SpanNode {
  readonly key: string;
  readonly span: LiveSpan;
  /** 1 for a root. */
  readonly level: number;
  /** The place of the parent in the list. */
  readonly parent: number | undefined;
  /** Its parent is named and not here, while the trace has a root. */
  readonly isOrphan: boolean;
  /** All below it, and how many of them are errors. They follow it in the list. */
  readonly descendants: number;
  readonly errorsBelow: number;
}

/**
 * The spans as a list in which each parent stands before its children, and those stand in the order of their starts. A
 * span without its parent is a root; so is the first span of a ring of parents. Every span is in it once, whatever ids
 * say.
 */
export function treeOf(spans: Iterable<LiveSpan>): readonly SpanNode[] {
  const sorted = [...spans].sort(
    (one, other) => one.startedAtMs - other.startedAtMs || other.endedAtMs - one.endedAtMs,
  );
  const byId = new Map<string, number>();
  sorted.forEach(({ spanId }, at) => {
    if (!byId.has(spanId)) byId.set(spanId, at);
  });
  const hasRoot = sorted.some(({ parentSpanId }) => parentSpanId === undefined);
  const children = new Map<number, number[]>();
  const roots: number[] = [];
  sorted.forEach(({ parentSpanId }, at) => {
    const parent = parentSpanId === undefined ? undefined : byId.get(parentSpanId);
    if (parent === undefined || parent === at) {
      roots.push(at);
      return;
    }
    const list = children.get(parent) ?? [];
    children.set(parent, list);
    list.push(at);
  });

  const nodes: Mutable<SpanNode>[] = [];
  const done = new Set<number>();
  const walk = (root: number): void => {
    const waiting: Waiting[] = [{ at: root, level: 1, parent: undefined }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { at, level, parent } = next;
      const span = sorted[at];
      if (span === undefined || done.has(at)) continue;
      done.add(at);
      const place = nodes.length;
      const isOrphan = hasRoot && span.parentSpanId !== undefined && !byId.has(span.parentSpanId);
      nodes.push({ key: spanKey(span), span, level, parent, isOrphan, descendants: 0, errorsBelow: 0 });
      for (const child of (children.get(at) ?? []).toReversed()) {
        waiting.push({ at: child, level: level + 1, parent: place });
      }
    }
  };
  for (const root of roots) walk(root);
  // Only spans in a ring of parents are left.
  if (done.size < sorted.length) sorted.forEach((_, at) => walk(at));
  countBelow(nodes);
  return nodes;
}

interface Waiting {
  readonly at: number;
  readonly level: number;
  readonly parent: number | undefined;
}

type Mutable<One> = { -readonly [Key in keyof One]: One[Key] };

function countBelow(nodes: readonly Mutable<SpanNode>[]): void {
  for (const { parent, span, descendants, errorsBelow } of nodes.toReversed()) {
    const above = parent === undefined ? undefined : nodes[parent];
    if (above === undefined) continue;
    above.descendants += 1 + descendants;
    above.errorsBelow += errorsBelow + (span.isError ? 1 : 0);
  }
}

/** The places of the nodes that are seen while those of `collapsed` hide what is below them. */
export function seenPlaces(nodes: readonly SpanNode[], collapsed: ReadonlySet<string>): readonly number[] {
  const places: number[] = [];
  for (let place = 0; place < nodes.length; place++) {
    const node = nodes[place];
    if (node === undefined) break;
    places.push(place);
    if (collapsed.has(node.key)) place += node.descendants;
  }
  return places;
}
