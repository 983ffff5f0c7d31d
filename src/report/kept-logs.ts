import type { LiveLog } from "../live/live-data.ts";
import { TEXT_MAX_CHARACTERS } from "../live/read-records.ts";
import { cutText } from "../live/told-values.ts";
import { unescaped } from "./json-bytes.ts";

/** ERROR of OpenTelemetry's data model, and what follows. */
const ERROR_MIN = 17;
/** How the runner marks an error in what a step prints. */
const ERROR_COMMAND = "##[error]";
/** Of each step: the first errors say what went wrong, the others mostly that it did. */
const ERRORS_MAX = 200;
/** The rest is for the last lines. */
const ERRORS_SHARE = 0.5;
/** After there were too many, so much is left: dropping costs a look at all steps. */
const LEFT_SHARE = 0.9;

/** Of a record as JSON beside its text. */
const RECORD_CHARS = 60;

/** A log that may be shown. Its text may still be as JSON has it: most are dropped, and need not be read. */
export interface SeenLog extends Omit<LiveLog, "stepId"> {
  readonly stepId: string | undefined;
  readonly isEscaped: boolean;
}

interface StepLogs {
  readonly errors: SeenLog[];
  /** The newest. Before `first` all are dropped. */
  tail: SeenLog[];
  first: number;
  chars: number;
}

/** The logs of a job that a report has room for: of each step the first errors and the last lines. */
export class KeptLogs {
  readonly #maxChars: number;
  readonly #steps = new Map<string, StepLogs>();
  #chars = 0;
  #errorChars = 0;
  #seen = 0;

  /** @param maxChars of all texts together. */
  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  add(log: SeenLog): void {
    const step = this.#of(log.stepId ?? "");
    this.#seen++;
    const hasRoom = step.errors.length < ERRORS_MAX && this.#errorChars + cost(log) < ERRORS_SHARE * this.#maxChars;
    if (isError(log) && hasRoom) {
      step.errors.push(log);
      this.#errorChars += cost(log);
    } else step.tail.push(log);
    step.chars += cost(log);
    this.#chars += cost(log);
    if (this.#chars > this.#maxChars) this.#shrink();
  }

  /** In the order of their times; how many are left out. */
  take(): { readonly records: readonly LiveLog[]; readonly leftOut: number } {
    const records = [...this.#steps.values()]
      .flatMap(({ errors, tail, first }) => [...errors, ...tail.slice(first)])
      .toSorted((a, b) => a.atMs - b.atMs);
    return { records: records.map(readable), leftOut: this.#seen - records.length };
  }

  #of(stepId: string): StepLogs {
    const known = this.#steps.get(stepId);
    if (known !== undefined) return known;
    const step = { errors: [], tail: [], first: 0, chars: 0 };
    this.#steps.set(stepId, step);
    return step;
  }

  /** Takes the oldest lines of those steps that have most, so that these have the same in the end. */
  #shrink(): void {
    const steps = [...this.#steps.values()].toSorted((a, b) => a.chars - b.chars);
    let left = this.#maxChars * LEFT_SHARE;
    let share = 0;
    for (const [at, { chars }] of steps.entries()) {
      share = left / (steps.length - at);
      if (chars > share) break;
      left -= chars;
    }
    for (const step of steps) this.#drop(step, share);
  }

  #drop(step: StepLogs, untilChars: number): void {
    while (step.chars > untilChars && step.first < step.tail.length) {
      const oldest = step.tail[step.first++];
      if (oldest === undefined) break;
      step.chars -= cost(oldest);
      this.#chars -= cost(oldest);
    }
    step.tail = step.tail.slice(step.first);
    step.first = 0;
  }
}

function readable({ isEscaped, stepId, ...log }: SeenLog): LiveLog {
  const text = isEscaped ? cutText(unescaped(log.text), TEXT_MAX_CHARACTERS) : log.text;
  return { ...log, text, ...(stepId !== undefined && { stepId }) };
}

function cost({ text }: SeenLog): number {
  return RECORD_CHARS + text.length;
}

function isError({ severity, text }: SeenLog): boolean {
  return severity >= ERROR_MIN || text.includes(ERROR_COMMAND);
}
