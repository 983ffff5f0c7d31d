import type { LogFilter } from "../data/log-store.ts";
import type { RunData } from "../data/run-data.ts";
import { shownInLine } from "../text/ansi.ts";
import { byId, el, selectById } from "./dom.ts";
import type { Selection } from "./selection.ts";

/** Somebody is still writing. */
const SETTLED_MS = 120;
const NAME_MAX_CHARS = 60;

/** The filter of the log: text, step, severity. */
export class LogFilters {
  readonly #data: RunData;
  readonly #text = input("log-text");
  readonly #steps = selectById("log-step");
  readonly #severity = selectById("log-severity");
  readonly #selection: Selection;
  #listedSteps = "";
  #timer: number | undefined;

  constructor(data: RunData, selection: Selection, onChange: () => void) {
    this.#data = data;
    this.#selection = selection;
    this.#text.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(onChange, SETTLED_MS);
    });
    this.#severity.addEventListener("change", onChange);
    this.#steps.addEventListener("change", () => {
      const id = this.#steps.value;
      selection.chooseStep(this.#allSteps().find((step) => step.id === id));
    });
    selection.onStep(() => {
      this.#steps.value = selection.step?.id ?? "";
      onChange();
    });
    data.on(["jobs"], () => this.#listSteps());
  }

  get filter(): LogFilter {
    return {
      text: this.#text.value.toLowerCase(),
      stepId: this.#selection.step?.id,
      minSeverity: Number(this.#severity.value),
    };
  }

  clear(): void {
    this.#text.value = "";
    this.#severity.value = "0";
    this.#selection.chooseStep(undefined);
  }

  #allSteps() {
    return this.#data.state?.jobs.flatMap(({ steps }) => steps) ?? [];
  }

  #listSteps(): void {
    const steps = this.#allSteps();
    const listed = JSON.stringify(steps.map(({ id, name }) => [id, name]));
    // A list that is open stays as it is.
    if (listed === this.#listedSteps) return;
    this.#listedSteps = listed;
    this.#steps.replaceChildren(
      el("option", { attributes: { value: "" } }, "All steps"),
      ...steps.map(({ id, name }) => el("option", { attributes: { value: id } }, shownInLine(name, NAME_MAX_CHARS))),
    );
    this.#steps.value = this.#selection.step?.id ?? "";
  }
}

function input(id: string): HTMLInputElement {
  const element = byId(id);
  if (!(element instanceof HTMLInputElement)) throw new Error(`Cannot draw the page: #${id} is no input`);
  return element;
}
