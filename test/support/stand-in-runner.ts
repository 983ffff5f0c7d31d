/**
 * Writes and deletes what actions/runner writes and deletes in its folder `_diag`, in the same order and in the same
 * pieces: a Worker log, flushed after each half of an entry, and for each step pages and blocks, through a buffer that
 * reaches the disk when it is full, when the page is, or when the step ends. What is full is deleted by an upload queue.
 */
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { JobText, type RunnerJob } from "./runner-job.ts";

/** As the runner has them. */
const PAGE_BYTES = 8 * 1024 * 1024;
const BLOCK_BYTES = 2 * 1024 * 1024;
const BUFFER_BYTES = 4096;
const UPLOAD_EVERY_MS = 1000;
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export interface StandInRunnerOptions {
  /** Becomes the runner's folder `_diag`, with all that is in it. */
  readonly diag: string;
  /** Between two looks of the queue that deletes what was uploaded. */
  readonly uploadEveryMs?: number;
  readonly pageBytes?: number;
}

export class StandInRunner implements Disposable {
  readonly #options: Required<StandInRunnerOptions>;
  readonly #uploads: string[] = [];
  readonly #timer: Timer;
  #isKilled = false;

  constructor({ diag, uploadEveryMs = UPLOAD_EVERY_MS, pageBytes = PAGE_BYTES }: StandInRunnerOptions) {
    this.#options = { diag, uploadEveryMs, pageBytes };
    for (const folder of ["pages", "blocks"]) mkdirSync(join(diag, folder), { recursive: true });
    this.#timer = setInterval(() => this.upload(), uploadEveryMs);
  }

  /** Takes a job: the Worker begins its log with the whole message, then sets up the job. */
  begin(job: RunnerJob): StandInJob {
    return new StandInJob(job, {
      diag: this.#options.diag,
      pageBytes: this.#options.pageBytes,
      queue: (path) => this.#uploads.push(path),
      isKilled: () => this.#isKilled,
    });
  }

  /** What the queue does each second: all that is there is uploaded, and deleted. */
  upload(): void {
    for (const path of this.#uploads.splice(0)) rmSync(path, { force: true });
  }

  /** As by `kill -9`: buffers are lost, files stay, nothing more happens. */
  kill(): void {
    this.#isKilled = true;
    clearInterval(this.#timer);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

interface Surroundings {
  readonly diag: string;
  readonly pageBytes: number;
  readonly queue: (path: string) => void;
  readonly isKilled: () => boolean;
}

/** A job that runs. */
export class StandInJob {
  readonly #job: RunnerJob;
  readonly #text: JobText;
  readonly #around: Surroundings;
  readonly #log: string;

  constructor(job: RunnerJob, around: Surroundings) {
    this.#job = job;
    this.#text = new JobText(job);
    this.#around = around;
    const time = new Date()
      .toISOString()
      .replaceAll(/[-:]|\..*/g, "")
      .replace("T", "-");
    this.#log = join(around.diag, `Worker_${time}-utc.log`);
    this.entry("HostContext", `Well known directory 'Root': '/home/runner'`);
    this.entry("Worker", "Message received.");
    this.entry("Worker", `Job message:\n ${this.#text.message()}`);
    this.entry("Worker", "Listening for cancel message from the channel.");
    this.entry("JobRunner", `Job ID ${job.id}`);
  }

  /** A step that the runner does by itself and announces nowhere: `setup_job`, `complete_job`. */
  ownStep(action: string): StandInStep {
    return new StandInStep(this, { id: crypto.randomUUID(), name: "", contextName: "", action }, this.#around);
  }

  /** The next step begins: one of the job message, or another one. */
  step(name: string, { id = this.#text.idOf(name), contextName = this.#text.contextOf(name) } = {}): StandInStep {
    this.entry("StepsRunner", `Processing step: DisplayName='${name}'`);
    return new StandInStep(this, { id, name, contextName, action: "bash" }, this.#around);
  }

  /** The next step runs beside the others. */
  backgroundStep(name: string): StandInStep {
    const step = this.step(name);
    this.entry("BackgroundStepCoordinator", `Background step '${this.#text.contextOf(name)}' waiting for slot.`);
    this.entry("StepsRunner", "No need for updating job result with current step result ''.");
    return step;
  }

  skip(name: string): void {
    this.entry("StepsRunner", `Processing step: DisplayName='${name}'`);
    this.entry("StepsRunner", "Skipping step due to condition evaluation.");
    this.entry("StepsRunner", "No need for updating job result with current step result 'Skipped'.");
  }

  end(result: string): void {
    this.entry("JobRunner", `Job result after all job steps finish: ${result}`);
    this.entry("JobRunner", "Completing the job execution context.");
    this.entry("JobRunner", "Raising job completed against run service");
    this.entry("Worker", "Job completed.");
  }

  get timelineId(): string {
    return this.#job.timelineId;
  }

  /** Each half of an entry reaches the disk by itself. */
  entry(source: string, text: string): void {
    if (this.#around.isKilled()) return;
    const time = new Date().toISOString();
    appendFileSync(this.#log, `[${time.slice(0, 10)} ${time.slice(11, 19)}Z INFO ${source}] `);
    appendFileSync(this.#log, `${text}\n`);
  }
}

/** A step that runs. */
export class StandInStep {
  readonly id: string;
  /** Every line that reached, or will reach, a page: as it stands there. */
  readonly lines: string[] = [];
  readonly #job: StandInJob;
  readonly #told: { readonly name: string; readonly contextName: string; readonly action: string };
  readonly #startedAt = new Date();
  readonly #writers: readonly BufferedFile[];

  constructor(
    job: StandInJob,
    { id, name, contextName, action }: Record<"id" | "name" | "contextName" | "action", string>,
    around: Surroundings,
  ) {
    this.id = id;
    this.#job = job;
    this.#told = { name, contextName, action };
    const stem = `${job.timelineId}_${id}`;
    this.#writers = [
      new BufferedFile((n) => join(around.diag, "pages", `${stem}_${n}.log`), around.pageBytes, around),
      new BufferedFile((n) => join(around.diag, "blocks", `${stem}.${n}`), BLOCK_BYTES, around),
    ];
  }

  print(message: string): void {
    const line = `${new Date().toISOString().replace("Z", "1234Z")} ${message}`;
    this.lines.push(...line.split("\n"));
    for (const writer of this.#writers) writer.writeLine(line);
  }

  /** An action of several steps tells the end of each, with the record of the step that runs it. */
  endEmbedded(): void {
    this.#tell({ isEmbedded: true });
  }

  end(result = "succeeded", error?: string): void {
    for (const writer of this.#writers) writer.end();
    const errors = error === undefined ? {} : { errorMessages: [error] };
    this.#tell({ result, ...errors, startTime: this.#startedAt.toISOString(), finishTime: new Date().toISOString() });
    if (this.#told.name === "") return;
    const word = result === "failed" ? "Update" : "No need for updating";
    const named = result.charAt(0).toUpperCase() + result.slice(1);
    this.#job.entry("StepsRunner", `${word} job result with current step result '${named}'.`);
  }

  #tell(more: object): void {
    const { action, contextName } = this.#told;
    const telemetry = { action, type: "run", stage: "Main", stepId: this.id, stepContextName: contextName, ...more };
    const json = JSON.stringify(telemetry, undefined, 2);
    this.#job.entry("ExecutionContext", `Publish step telemetry for current step ${json}.`);
  }
}

/** A file after the other, each made at its first line, and written a buffer at a time. */
class BufferedFile {
  readonly #path: (number: number) => string;
  readonly #maxBytes: number;
  readonly #around: Surroundings;
  #number = 0;
  #isOpen = false;
  #bytes = 0;
  #buffer = Buffer.alloc(0);

  constructor(path: (number: number) => string, maxBytes: number, around: Surroundings) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#around = around;
  }

  writeLine(line: string): void {
    if (this.#around.isKilled()) return;
    if (!this.#isOpen) this.#begin();
    const bytes = Buffer.from(`${line}\n`);
    this.#bytes += bytes.length;
    this.#buffer = Buffer.concat([this.#buffer, bytes]);
    const whole = this.#buffer.length - (this.#buffer.length % BUFFER_BYTES);
    if (whole > 0) appendFileSync(this.#path(this.#number), this.#buffer.subarray(0, whole));
    this.#buffer = this.#buffer.subarray(whole);
    if (this.#bytes >= this.#maxBytes) {
      this.end();
      this.#begin();
    }
  }

  end(): void {
    if (!this.#isOpen || this.#around.isKilled()) return;
    appendFileSync(this.#path(this.#number), this.#buffer);
    this.#isOpen = false;
    this.#around.queue(this.#path(this.#number));
  }

  #begin(): void {
    this.#number++;
    this.#isOpen = true;
    this.#bytes = 0;
    this.#buffer = MARK;
    writeFileSync(this.#path(this.#number), "", { flag: "wx" });
  }
}
