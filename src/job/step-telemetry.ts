import { jsonLine } from "./json-line.ts";

/** What the runner tells of a step when it has ended. */
export interface StepTelemetry {
  /** Its record. */
  readonly stepId: string;
  readonly contextName: string;
  /** What it ran: an action's name, a shell. */
  readonly action: string;
  /** `Pre`, `Main`, `Post`. */
  readonly stage: string;
  /** As the runner has it; empty when it says nothing. */
  readonly result: string;
  /** Wall time in ms; undefined when it says nothing. */
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  readonly errorMessage: string;
}

/** Lines of one. Three messages of 256 characters, and a dozen fields. */
const LINES_MAX = 64;

/** Reads the JSON behind "Publish step telemetry for current step", line by line. */
export class StepTelemetryReader {
  readonly #fields = new Map<string, string>();
  #list = "";
  #lines = 0;

  /** The next line. Returns whether more may follow. */
  add(line: string): boolean {
    const found = jsonLine(line);
    if (found === undefined || found.depth === 0 || ++this.#lines > LINES_MAX) return false;
    const { depth, key, value } = found;
    if (depth === 1 && key !== undefined) this.#list = key.toLowerCase();
    if (depth === 1 && key !== undefined && value !== undefined) this.#set(key.toLowerCase(), value);
    if (depth === 2 && key === undefined && value !== undefined && this.#list === "errormessages")
      this.#set("errormessage", value);
    return true;
  }

  /** Undefined for a step of an action's own: it has its record from the step that runs the action. */
  get telemetry(): StepTelemetry | undefined {
    const field = (name: string): string => this.#fields.get(name) ?? "";
    if (field("stepid") === "" || field("isembedded") === "true") return undefined;
    return {
      stepId: field("stepid"),
      contextName: field("stepcontextname"),
      action: field("action"),
      stage: field("stage"),
      result: field("result"),
      startedAtMs: timeOf(field("starttime")),
      endedAtMs: timeOf(field("finishtime")),
      errorMessage: field("errormessage"),
    };
  }

  #set(name: string, value: string): void {
    if (!this.#fields.has(name)) this.#fields.set(name, value);
  }
}

function timeOf(text: string): number | undefined {
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
