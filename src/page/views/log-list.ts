import { byId } from "./dom.ts";
import { RowWindow } from "./row-window.ts";

/** As `--row` in log.css. */
const ROW_PX = 20;

/** The lines of the log. Its items are numbers, in order. */
export class LogList {
  readonly element = byId("log-list");
  readonly #rows: RowWindow<number>;
  /** True: the newest row stays in sight. */
  #follows = true;
  #onScroll: () => void = () => undefined;

  /** `makeRow` is called when a row comes into sight, and not again as long as it stays there. */
  constructor(makeRow: (number: number) => HTMLElement) {
    this.#rows = new RowWindow({
      element: this.element,
      rowPx: ROW_PX,
      makeRow,
      dress: (row, index, count) => {
        row.setAttribute("aria-posinset", String(index + 1));
        row.setAttribute("aria-setsize", String(count));
      },
    });
    this.element.addEventListener("scroll", () => {
      const { scrollTop, clientHeight, scrollHeight } = this.element;
      this.#follows = scrollTop + clientHeight >= scrollHeight - ROW_PX / 2;
      this.#onScroll();
    });
    new ResizeObserver(() => {
      if (this.#follows) this.toEnd();
    }).observe(this.element);
  }

  get follows(): boolean {
    return this.#follows;
  }

  get selected(): number | undefined {
    return this.#rows.selected;
  }

  /** The number of the line that an event came from. */
  numberAt(target: EventTarget | null): number | undefined {
    return this.#rows.keyAt(target);
  }

  onScroll(listener: () => void): void {
    this.#onScroll = listener;
  }

  /** Other items. `isAnew`: they are of another filter; else they are the same, some gone at the front, some come. */
  setNumbers(numbers: readonly number[], isAnew: boolean): void {
    this.#rows.set(numbers, { isRemade: isAnew, isAnchored: !isAnew && !this.#follows });
    if (this.#follows) this.toEnd();
    this.#rows.draw();
  }

  toEnd(): void {
    this.#follows = true;
    this.element.scrollTop = this.element.scrollHeight;
  }

  /** Selects the item at the place in the list, and scrolls to it. `context`: so many rows are seen before it. */
  select(index: number, context?: number): void {
    const number = this.#rows.keys[index];
    if (number === undefined) return;
    if (context !== undefined) this.#follows = false;
    this.#rows.select(number);
    this.#rows.reveal(index, context);
    this.#rows.draw();
  }

  selectNumber(number: number): void {
    this.select(countBelow(this.#rows.keys, number));
  }

  /** Selects what is so many rows further down, or up. */
  move(by: number): void {
    const { keys, selected } = this.#rows;
    const at = selected === undefined ? keys.length : countBelow(keys, selected);
    this.select(Math.min(keys.length - 1, Math.max(0, at + by)));
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
