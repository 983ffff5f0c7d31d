import type { LogFile } from "./log-file.ts";

/** Steps that are counted. Beyond them the oldest is forgotten, and its limit begins anew. */
const STEPS_MAX = 4096;
/** The number of a page, behind what its step's pages have in common. */
const PAGE_NUMBER = /_(\d{1,9})\.log$/;

interface StepOutput {
  /** Its pages that are there, or are still read. */
  pages: number;
  bytes: number;
  leftOutBytes: number;
  /** The newest page: what is said of the step is said under its name. */
  page: LogFile;
}

/** What has been left out of a step's output. */
export interface LeftOut {
  readonly page: LogFile;
  readonly bytes: number;
}

/** How much of each step's output is handed on: a job that prints gigabytes pays for nobody. */
export class StepLimits {
  /** In all. */
  leftOutBytes = 0;
  readonly maxBytes: number;
  readonly #steps = new Map<string, StepOutput>();

  /** @param maxBytes of one step, line ends included. */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** A page is there; an earlier run may have handed on some of it. */
  open(page: LogFile): void {
    const key = stepKey(page);
    const step = this.#steps.get(key) ?? { pages: 0, bytes: 0, leftOutBytes: 0, page };
    step.pages++;
    step.bytes += page.position;
    step.page = page;
    this.#steps.set(key, step);
    const [oldest] = this.#steps.keys();
    if (this.#steps.size > STEPS_MAX && oldest !== undefined) this.#steps.delete(oldest);
  }

  /** How many bytes more of a page may be handed on. */
  roomOf(page: LogFile): number {
    return this.maxBytes - (this.#steps.get(stepKey(page))?.bytes ?? 0);
  }

  take(page: LogFile, bytes: number): void {
    const step = this.#steps.get(stepKey(page));
    if (step !== undefined) step.bytes += bytes;
  }

  /** So many bytes are not handed on, and none that come behind them. */
  leaveOut(page: LogFile, bytes: number): void {
    this.leftOutBytes += bytes;
    const step = this.#steps.get(stepKey(page));
    if (step === undefined) return;
    step.leftOutBytes += bytes;
    step.bytes = Math.max(step.bytes, this.maxBytes);
  }

  /** A page has been read to its end and is gone. Returns what is to be said of its step, when it was the last one. */
  close(page: LogFile): LeftOut | undefined {
    const key = stepKey(page);
    const step = this.#steps.get(key);
    if (step === undefined || --step.pages > 0) return undefined;
    this.#steps.delete(key);
    return step.leftOutBytes > 0 ? { page: step.page, bytes: step.leftOutBytes } : undefined;
  }

  /** What is to be said of all steps: nothing more is read. */
  closeAll(): readonly LeftOut[] {
    const steps = [...this.#steps.values()].filter(({ leftOutBytes }) => leftOutBytes > 0);
    this.#steps.clear();
    return steps.map(({ page, leftOutBytes }) => ({ page, bytes: leftOutBytes }));
  }
}

/** What the pages of a step have in common, and no other's. */
export function stepKey({ folder, name }: LogFile): string {
  return `${folder}/${name.replace(PAGE_NUMBER, "")}`;
}

/** The place of a page among those of its step. */
export function pageNumber({ name }: LogFile): number {
  return Number(PAGE_NUMBER.exec(name)?.[1] ?? 0);
}
