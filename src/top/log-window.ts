import { type LogFilter, type LogStore, NO_FILTER } from "../page/data/log-store.ts";

/** The records of a store that pass a filter. Each record is looked at once, because a frame comes every second. */
export class LogWindow {
  readonly #store: LogStore;
  #text = "";
  #numbers: number[] = [];
  #endNumber = 0;

  constructor(store: LogStore) {
    this.#store = store;
  }

  /** Their numbers in the store, in the order of their coming. The caller changes nothing in it. */
  matching(text: string): readonly number[] {
    const wanted = text.toLowerCase();
    if (wanted !== this.#text) {
      this.#text = wanted;
      this.#numbers = [];
      this.#endNumber = 0;
    }
    const filter: LogFilter = { ...NO_FILTER, text: wanted };
    const { firstNumber, endNumber } = this.#store;
    if ((this.#numbers[0] ?? firstNumber) < firstNumber) {
      this.#numbers = this.#numbers.filter((number) => number >= firstNumber);
    }
    for (const number of this.#store.matching(filter, this.#endNumber)) this.#numbers.push(number);
    this.#endNumber = endNumber;
    return this.#numbers;
  }
}
