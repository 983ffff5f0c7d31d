import { byId, el, onceAFrame } from "./dom.ts";

/** As `--row` in log.css. */
const ROW_PX = 20;
/** Rows beyond the edges, so that a quick scroll shows no gap. */
const SPARE_ROWS = 12;
/** Browsers do not draw elements that are higher; a hundred thousand rows are 2 million px. */
const HEIGHT_MAX_PX = 15_000_000;

/** A list of which only the rows that are seen are in the document. Its items are numbers, in order. */
export class LogList {
  readonly element = byId("log-list");
  readonly #spacer = el("div", { class: "spacer" });
  readonly #window = el("div", { class: "window" });
  readonly #makeRow: (number: number) => HTMLElement;
  readonly #rows = new Map<number, HTMLElement>();
  #numbers: readonly number[] = [];
  #selected: number | undefined;
  /** True: the newest row stays in sight. */
  #follows = true;
  #onScroll: () => void = () => undefined;

  /** `makeRow` is called when a row comes into sight, and not again as long as it stays there. */
  constructor(makeRow: (number: number) => HTMLElement) {
    this.#makeRow = makeRow;
    this.#spacer.append(this.#window);
    this.element.append(this.#spacer);
    const draw = onceAFrame(() => this.#draw());
    this.element.addEventListener("scroll", () => {
      const { scrollTop, clientHeight, scrollHeight } = this.element;
      this.#follows = scrollTop + clientHeight >= scrollHeight - ROW_PX / 2;
      draw();
      this.#onScroll();
    });
    new ResizeObserver(() => {
      if (this.#follows) this.toEnd();
      draw();
    }).observe(this.element);
  }

  get follows(): boolean {
    return this.#follows;
  }

  get selected(): number | undefined {
    return this.#selected;
  }

  onScroll(listener: () => void): void {
    this.#onScroll = listener;
  }

  /** Other items. `isAnew`: they are of another filter; else they are the same, some gone at the front, some come. */
  setNumbers(numbers: readonly number[], isAnew: boolean): void {
    const first = this.#numbers[0];
    const gone = isAnew || first === undefined ? 0 : countBelow(this.#numbers, numbers[0] ?? Number.POSITIVE_INFINITY);
    const top = this.element.scrollTop;
    this.#numbers = numbers;
    if (isAnew) this.#forgetRows();
    this.#spacer.style.height = `${Math.min(HEIGHT_MAX_PX, numbers.length * ROW_PX)}px`;
    if (this.#follows) this.toEnd();
    else if (gone > 0) this.element.scrollTop = Math.max(0, top - gone * ROW_PX);
    this.#draw();
  }

  toEnd(): void {
    this.#follows = true;
    this.element.scrollTop = this.element.scrollHeight;
  }

  /** Selects the item at the place in the list, and scrolls to it. `context`: so many rows are seen before it. */
  select(index: number, context?: number): void {
    const number = this.#numbers[index];
    if (number === undefined) return;
    this.#selected = number;
    const { scrollTop, clientHeight } = this.element;
    const top = index * ROW_PX;
    if (context !== undefined) {
      this.#follows = false;
      this.element.scrollTop = Math.max(0, top - context * ROW_PX);
    } else if (top < scrollTop) this.element.scrollTop = top;
    else if (top + ROW_PX > scrollTop + clientHeight) this.element.scrollTop = top + ROW_PX - clientHeight;
    this.#draw();
  }

  selectNumber(number: number): void {
    this.select(countBelow(this.#numbers, number));
  }

  /** Selects what is so many rows further down, or up. */
  move(by: number): void {
    const at = this.#selected === undefined ? this.#numbers.length : countBelow(this.#numbers, this.#selected);
    this.select(Math.min(this.#numbers.length - 1, Math.max(0, at + by)));
  }

  #draw(): void {
    const { scrollTop, clientHeight } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / ROW_PX) - SPARE_ROWS);
    const seen = this.#numbers.slice(first, first + Math.ceil(clientHeight / ROW_PX) + 2 * SPARE_ROWS);
    const numbers = new Set(seen);
    for (const [number, row] of this.#rows) {
      if (numbers.has(number)) continue;
      row.remove();
      this.#rows.delete(number);
    }
    seen.forEach((number, at) => {
      const row = this.#rows.get(number) ?? this.#makeRow(number);
      this.#rows.set(number, row);
      row.setAttribute("aria-posinset", String(first + at + 1));
      row.setAttribute("aria-setsize", String(this.#numbers.length));
      row.setAttribute("aria-selected", String(number === this.#selected));
      const there = this.#window.children[at];
      if (there !== row) this.#window.insertBefore(row, there ?? null);
    });
    this.#window.style.transform = `translateY(${first * ROW_PX}px)`;
    const active = this.#selected === undefined ? undefined : this.#rows.get(this.#selected);
    if (active === undefined) this.element.removeAttribute("aria-activedescendant");
    else this.element.setAttribute("aria-activedescendant", active.id);
  }

  #forgetRows(): void {
    this.#window.replaceChildren();
    this.#rows.clear();
  }
}

/** How many of the numbers, which are in order, are smaller. */
function countBelow(numbers: readonly number[], number: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
