/** What may wait while the picture stands still; a log that runs at its limit fills it in a quarter of a minute. */
export const HELD_MAX_CHARS = 8 * 1024 * 1024;

/** The messages that come while the picture stands still. */
export class HeldMessages {
  #messages: { readonly name: string; readonly json: string }[] = [];
  #chars = 0;
  #isOver = false;

  /** Too much has come: all of it is thrown away, and the agent has to tell everything anew. */
  get isOver(): boolean {
    return this.#isOver;
  }

  add(name: string, json: string): void {
    if (this.#isOver) return;
    this.#messages.push({ name, json });
    this.#chars += json.length;
    if (this.#chars <= HELD_MAX_CHARS) return;
    this.#messages = [];
    this.#isOver = true;
  }

  /** Gives them to `take`, in the order of their coming, and is empty. */
  release(take: (name: string, json: string) => void): void {
    const messages = this.#messages;
    this.#messages = [];
    this.#chars = 0;
    this.#isOver = false;
    for (const { name, json } of messages) take(name, json);
  }
}
