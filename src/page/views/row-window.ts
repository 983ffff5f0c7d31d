import { el, onceAFrame } from "./dom.ts";

/** Rows beyond the edges, so that a quick scroll shows no gap. */
const SPARE_ROWS = 12;
/** Browsers do not draw elements that are higher; a hundred thousand rows of 20 px are 2 million. */
const HEIGHT_MAX_PX = 15_000_000;

export interface RowWindowOptions<Key> {
  /** Scrolls, and has the focus; the selected row is its active descendant. */
  readonly element: HTMLElement;
  /** As in the style sheet. */
  readonly rowPx: number;
  /** Called when a row comes into sight, and not again as long as it stays there. */
  readonly makeRow: (key: Key) => HTMLElement;
  /** Called at each drawing: for what changes with the place of a row. */
  readonly dress: (row: HTMLElement, index: number, count: number) => void;
}

/** How a list follows another. */
export interface RowChange {
  /** Rows that stay look otherwise. */
  readonly isRemade: boolean;
  /** What is seen at the top stays there. */
  readonly isAnchored: boolean;
}

/** A list of which only the rows that are seen are in the document. Its keys are different from each other. */
export class RowWindow<Key extends string | number> {
  readonly #options: RowWindowOptions<Key>;
  readonly #spacer = el("div", { class: "spacer", attributes: { role: "presentation" } });
  readonly #window = el("div", { class: "window", attributes: { role: "presentation" } });
  readonly #rows = new Map<Key, HTMLElement>();
  #keys: readonly Key[] = [];
  #selected: Key | undefined;

  constructor(options: RowWindowOptions<Key>) {
    this.#options = options;
    const { element } = options;
    this.#spacer.append(this.#window);
    element.append(this.#spacer);
    const draw = onceAFrame(() => this.draw());
    element.addEventListener("scroll", draw);
    new ResizeObserver(draw).observe(element);
  }

  get keys(): readonly Key[] {
    return this.#keys;
  }

  get selected(): Key | undefined {
    return this.#selected;
  }

  /** The key of the row that an event came from. */
  keyAt(target: EventTarget | null): Key | undefined {
    if (!(target instanceof Node)) return undefined;
    for (const [key, row] of this.#rows) if (row.contains(target)) return key;
    return undefined;
  }

  /** Takes other keys; the caller draws. */
  set(keys: readonly Key[], { isRemade, isAnchored }: RowChange): void {
    const { element, rowPx } = this.#options;
    const { scrollTop } = element;
    const topIndex = Math.floor(scrollTop / rowPx);
    const topKey = isAnchored && scrollTop > 0 ? this.#keys[topIndex] : undefined;
    this.#keys = keys;
    if (isRemade) {
      this.#window.replaceChildren();
      this.#rows.clear();
    }
    this.#spacer.style.height = `${Math.min(HEIGHT_MAX_PX, keys.length * rowPx)}px`;
    if (topKey === undefined) return;
    const index = keys.indexOf(topKey);
    if (index !== topIndex) element.scrollTop = Math.max(0, index * rowPx + (scrollTop - topIndex * rowPx));
  }

  /** Undefined: nothing is selected. */
  select(key: Key | undefined): void {
    this.#selected = key;
  }

  /** Scrolls to a row if it is not in sight. `context`: always, and so many rows are seen before it. */
  reveal(index: number, context?: number): void {
    const { element, rowPx } = this.#options;
    const { scrollTop, clientHeight } = element;
    const top = index * rowPx;
    if (context !== undefined) element.scrollTop = Math.max(0, top - context * rowPx);
    else if (top < scrollTop) element.scrollTop = top;
    else if (top + rowPx > scrollTop + clientHeight) element.scrollTop = top + rowPx - clientHeight;
  }

  draw(): void {
    const { element, rowPx, makeRow, dress } = this.#options;
    const { scrollTop, clientHeight } = element;
    const first = Math.max(0, Math.floor(scrollTop / rowPx) - SPARE_ROWS);
    const seen = this.#keys.slice(first, first + Math.ceil(clientHeight / rowPx) + 2 * SPARE_ROWS);
    const seenKeys = new Set(seen);
    for (const [key, row] of this.#rows) {
      if (seenKeys.has(key)) continue;
      row.remove();
      this.#rows.delete(key);
    }
    seen.forEach((key, at) => {
      const row = this.#rows.get(key) ?? makeRow(key);
      this.#rows.set(key, row);
      row.id = `${element.id}-${first + at}`;
      row.setAttribute("aria-selected", String(key === this.#selected));
      dress(row, first + at, this.#keys.length);
      const there = this.#window.children[at];
      if (there !== row) this.#window.insertBefore(row, there ?? null);
    });
    this.#window.style.transform = `translateY(${first * rowPx}px)`;
    const active = this.#selected === undefined ? undefined : this.#rows.get(this.#selected);
    if (active === undefined) element.removeAttribute("aria-activedescendant");
    else element.setAttribute("aria-activedescendant", active.id);
  }
}
