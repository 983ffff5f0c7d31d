import type { LiveSpan } from "../../live/live-data.ts";
import { seenPlaces, type SpanNode, treeOf } from "./span-tree.ts";

/** The tree of a trace of which parts are folded away. Spans are named by their keys. */
export class Outline {
  readonly #collapsed = new Set<string>();
  #nodes: readonly SpanNode[] = [];
  #placeOf = new Map<string, number>();

  /** Other spans; those that stay are folded as before. */
  setSpans(spans: Iterable<LiveSpan>): void {
    this.#nodes = treeOf(spans);
    this.#placeOf = new Map(this.#nodes.map(({ key }, place) => [key, place]));
  }

  /** Those that are seen, from top to bottom. */
  get keys(): readonly string[] {
    return seenPlaces(this.#nodes, this.#collapsed).map((place) => this.#nodes[place]?.key ?? "");
  }

  node(key: string | undefined): SpanNode | undefined {
    const place = key === undefined ? undefined : this.#placeOf.get(key);
    return place === undefined ? undefined : this.#nodes[place];
  }

  parentOf(key: string): string | undefined {
    const parent = this.node(key)?.parent;
    return parent === undefined ? undefined : this.#nodes[parent]?.key;
  }

  hasChildren(key: string): boolean {
    return (this.node(key)?.descendants ?? 0) > 0;
  }

  isCollapsed(key: string): boolean {
    return this.#collapsed.has(key);
  }

  toggle(key: string): void {
    if (!this.#collapsed.delete(key) && this.hasChildren(key)) this.#collapsed.add(key);
  }

  expandAll(): void {
    this.#collapsed.clear();
  }

  /** The roots and their children stay. */
  collapseAll(): void {
    for (const { key, level, descendants } of this.#nodes) if (level > 1 && descendants > 0) this.#collapsed.add(key);
  }

  /** The first error after the span, and from the beginning again; it is unfolded. Undefined without errors. */
  nextError(key: string | undefined): string | undefined {
    const from = key === undefined ? -1 : (this.#placeOf.get(key) ?? -1);
    const isAfter = ({ span }: SpanNode, place: number): boolean => span.isError && place > from;
    const found = this.#nodes.find(isAfter) ?? this.#nodes.find(({ span }) => span.isError);
    if (found === undefined) return undefined;
    let parent = this.parentOf(found.key);
    for (; parent !== undefined; parent = this.parentOf(parent)) this.#collapsed.delete(parent);
    return found.key;
  }
}
