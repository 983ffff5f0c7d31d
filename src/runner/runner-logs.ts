import { errorText } from "../lib/error-text.ts";
import type { HeldFolder } from "../lib/held-folder.ts";
import { logOf } from "../lib/log.ts";
import { sleep } from "../lib/sleep.ts";
import type { LogObserver } from "../job-pipeline.ts";
import type { PartHealth, PositionedSink, ResourceAttributes } from "../pipeline.ts";
import type { RunnerStats } from "../stats/agent-stats.ts";
import { FolderLooks } from "./folder-looks.ts";
import { type RunnerMachine, THIS_MACHINE } from "./find-runners.ts";
import { readToTheEnd } from "./last-read.ts";
import type { LogFile } from "./log-file.ts";
import { OpenFiles } from "./open-files.ts";
import { PageLinks } from "./page-links.ts";
import { PieceReader } from "./piece-reader.ts";
import { PositionStore, RUNNER_FOLDER } from "./position-store.ts";
import { readDue } from "./read-due.ts";
import { ReadingBudget } from "./reading-budget.ts";
import { RefusalLog } from "./refusal-log.ts";
import { RingWriter } from "./ring-writer.ts";
import { RunnerSources } from "./runner-sources.ts";
import { runnerHealth, type SourceFacts } from "./runner-health.ts";
import { runnerStats } from "./runner-stats.ts";
import type { Finding } from "./source-tree.ts";
import { StepLimits } from "./step-limits.ts";
import { WorkSlices } from "./work-slices.ts";

export interface RunnerLogsOptions {
  /** The agent's folder: the positions are in its subfolder `runner`. Open for the life of this object. */
  readonly home: HeldFolder;
  /** Which logs. Empty: those of the runners that are found on this machine. */
  readonly globs: readonly string[];
  /** Where runners are looked for. Default: this machine. */
  readonly machine?: RunnerMachine;
  readonly resource: ResourceAttributes;
  /** The ring of the stream gha-logs. Nothing may have been offered to it in this run yet. */
  readonly sink: PositionedSink;
  /** Who else wants to know what stands in them, and knows whose they are. Default: nobody. */
  readonly observer?: LogObserver;
  /** Of runners that are found, what jobs print is read, too. Default: no. With {@link globs} these decide. */
  readonly hasOutput?: boolean;
  /** Bytes of one step's output that are handed on. Default: 64 MiB. */
  readonly stepMaxBytes?: number;
  /** Between two looks at the folders and the files that grow; a new page is seen at once. Default: 1 s. */
  readonly roundMs?: number;
}

/** What the longest builds print is a tenth of it. */
const STEP_MAX_BYTES = 64 * 1024 * 1024;
const ROUND_MS = 1000;
/** Instead, while there is no folder of a runner on this machine. */
const NOTHING_ROUND_MS = 3000;
/** Looking at folders takes no more than this of a round; until everything has been seen once, more. */
const LOOK_MS = 20;
const FIRST_LOOK_MS = 100;
/** Files at rest that are looked at in one round: with thousands of them each has its turn in some seconds. */
const CLOSED_LOOKS_MAX = 100;
/** Of the time for a stop, the looking takes at most this part, and as much again for its pauses. */
const LAST_LOOK_SHARE = 1 / 4;

const log = logOf("runner");

/**
 * Reads the runner's own logs and puts them into the ring of gha-logs, every entry once, whatever dies in between. It
 * looks at the files each second and reads what is new, all files in turn, within bounds. One life: start, then stop.
 */
export class RunnerLogs {
  readonly #files = new Map<string, LogFile>();
  readonly #openFiles = new OpenFiles();
  readonly #slices = new WorkSlices();
  readonly #looks: FolderLooks;
  readonly #budget = new ReadingBudget(performance.now());
  readonly #log = new RefusalLog();
  readonly #stop = new AbortController();
  readonly #sources: RunnerSources;
  readonly #folder: HeldFolder;
  readonly #store: PositionStore;
  readonly #writer: RingWriter;
  readonly #reader: PieceReader;
  readonly #limits: StepLimits;
  readonly #links: PageLinks;
  readonly #finding: Finding;
  readonly #observer: LogObserver | undefined;
  readonly #roundMs: number;
  #life: Promise<void> | undefined;
  #stopped: Promise<number> | undefined;
  #lostBytes = 0;

  /** Learns how far the last run got. Throws when the folder for the positions cannot be made or used. */
  constructor(options: RunnerLogsOptions) {
    const { home, globs, machine = THIS_MACHINE, resource, sink, observer } = options;
    this.#observer = observer;
    this.#roundMs = options.roundMs ?? ROUND_MS;
    this.#limits = new StepLimits(options.stepMaxBytes ?? STEP_MAX_BYTES);
    this.#folder = home.folder(RUNNER_FOLDER);
    this.#store = new PositionStore(this.#folder, sink.headPosition);
    this.#links = new PageLinks(this.#folder);
    this.#writer = new RingWriter(this.#store, sink, resource);
    this.#reader = new PieceReader({
      writer: this.#writer,
      openFiles: this.#openFiles,
      limits: this.#limits,
      observer,
      lineMaxBytes: sink.lineMaxBytes,
    });
    this.#finding = {
      files: this.#files,
      saved: (key: string) => this.#store.get(key),
      found: (file: LogFile) => this.#found(file),
    };
    this.#sources = new RunnerSources(globs, this.#finding, machine, options.hasOutput);
    this.#looks = new FolderLooks({
      trees: () => this.#sources.trees,
      slices: this.#slices,
      onError: (error) => {
        if (!this.#openFiles.limit(error)) this.#log.tellError(error);
      },
    });
  }

  /** Begins to read, and returns at once. Safe to call twice. */
  start(): void {
    this.#life ??= this.#live();
  }

  /**
   * Reads every file to the size that it has now and puts that into the ring, as far as the ring takes it within
   * `timeoutMs` and the most bytes of a stop. Resolves to the bytes that are left for the next start, which the log
   * tells, too. Idempotent, safe before start.
   */
  stop(timeoutMs: number): Promise<number> {
    this.#stopped ??= this.#finish(performance.now() + timeoutMs);
    return this.#stopped;
  }

  /** Where logs are read, or looked for. */
  get folders(): readonly string[] {
    return this.#sources.trees.map(({ source }) => source.folder);
  }

  stats(): RunnerStats {
    return runnerStats({
      trees: this.#sources.trees,
      files: [...this.#files.values()],
      openFiles: this.#openFiles.count,
      reader: this.#reader,
      writer: this.#writer,
      lostBytes: this.#lostBytes,
      facts: this.#facts(),
    });
  }

  /** Never worse than degraded: everything else works without these logs. */
  health(): PartHealth {
    return runnerHealth(this.#facts(), this.#writer.writeError);
  }

  async #live(): Promise<void> {
    const { signal } = this.#stop;
    if (!signal.aborted) this.#links.restore(this.#finding, (place, name) => this.#sources.wantsPage(place, name));
    while (!signal.aborted) {
      this.#slices.begin();
      try {
        this.#sources.find(performance.now());
        await this.#looks.round(this.#looks.hasSeenAll ? LOOK_MS : FIRST_LOOK_MS);
        await this.#lookAtFiles();
        await this.#readWhatIsDue();
        this.#log.tell(this.#facts(), this.#lostBytes, performance.now());
        if (this.#looks.hasSeenAll) this.#sources.tell();
      } catch (error) {
        this.#log.tellError(error);
      }
      const isAnythingThere = this.#files.size > 0 || this.#sources.trees.some((tree) => tree.folders > 0);
      await sleep(isAnythingThere ? this.#roundMs : NOTHING_ROUND_MS, signal);
    }
  }

  async #finish(deadlineMs: number): Promise<number> {
    this.#stop.abort();
    await this.#life;
    try {
      if (this.#life !== undefined) await this.#readToTheEnd(deadlineMs);
    } catch (error) {
      log.warn("Cannot read the runner's logs to their end", { error: errorText(error) });
    }
    const left = [...this.#files.values()].filter(({ bytesBehind }) => bytesBehind > 0);
    const unreadBytes = left.reduce((sum, { bytesBehind }) => sum + bytesBehind, 0);
    if (unreadBytes > 0)
      log.warn("Runner logs are left unread for the next start", { unreadBytes, files: left.length });
    for (const file of this.#files.values()) if (file.isGone && file.bytesBehind === 0) this.#links.release(file);
    this.#looks.drop();
    for (const tree of this.#sources.trees) tree.close();
    for (const file of this.#files.values()) file.close();
    this.#store.close();
    this.#links.close();
    this.#folder.close();
    return unreadBytes;
  }

  async #readToTheEnd(deadlineMs: number): Promise<void> {
    this.#looks.drop();
    this.#sources.find(Number.POSITIVE_INFINITY);
    const isAllSeen = await this.#looks.round((deadlineMs - performance.now()) * LAST_LOOK_SHARE);
    if (!isAllSeen) log.warn("Not every folder of runner logs was looked at once more; new files may be left");
    for (const file of this.#files.values()) {
      if (performance.now() > deadlineMs) break;
      if (file.look(performance.now()) !== "same") file.isGone = true;
      await this.#slices.pause();
    }
    const [reader, writer, slices] = [this.#reader, this.#writer, this.#slices];
    await readToTheEnd(this.#files.values(), { reader, writer, slices, deadlineMs });
    reader.say(this.#limits.closeAll());
    reader.tell();
    writer.flush();
  }

  /** Open files cost next to nothing; of the others, which are at rest, some a round. */
  async #lookAtFiles(): Promise<void> {
    let closedLooks = 0;
    for (const file of this.#files.values()) {
      const nowMs = performance.now();
      if (file.nextLookMs > nowMs || (!file.isOpen && closedLooks >= CLOSED_LOOKS_MAX)) continue;
      if (!file.isOpen) {
        closedLooks++;
        // To the end of the map: the others have their turn first.
        this.#files.delete(file.key);
        this.#files.set(file.key, file);
      }
      if (file.isGone && !file.isOpen && this.#links.reopen(file)) this.#openFiles.use(file);
      if (!(file.isGone && !file.isOpen) && file.look(nowMs) !== "same") file.isGone = true;
      if (file.isGone && (!file.isOpen || (file.bytesBehind === 0 && file.isQuiet(nowMs)))) this.#drop(file);
      if (this.#slices.isOver) await this.#slices.pause();
    }
    this.#store.shrinkTo(this.#files);
    this.#links.shrink(performance.now());
  }

  async #readWhatIsDue(): Promise<void> {
    const [reader, writer, slices, budget] = [this.#reader, this.#writer, this.#slices, this.#budget];
    const means = { reader, writer, slices, budget, signal: this.#stop.signal };
    await readDue(this.#files.values(), means);
    this.#observer?.endRound();
  }

  #found(file: LogFile): void {
    this.#openFiles.use(file);
    if (file.isPage) this.#links.keep(file);
    try {
      this.#reader.begin(file);
    } catch (error) {
      this.#log.tellError(error);
    }
  }

  /** It has no name any more. What was not read of it is lost, and counted. */
  #drop(file: LogFile): void {
    const leftOut = file.isPage ? this.#limits.close(file) : undefined;
    if (leftOut !== undefined) this.#reader.say([leftOut]);
    this.#lostBytes += file.bytesBehind;
    this.#links.release(file);
    this.#openFiles.close(file);
    this.#files.delete(file.key);
  }

  #facts(): readonly SourceFacts[] {
    const facts = this.#sources.trees.map((tree) => {
      const { source, rootRefusal, isWithoutLogs } = tree;
      const { isConfigured } = this.#sources;
      return { folder: source.folder, isConfigured, isWithoutLogs, rootRefusal, refusals: tree.refusals() };
    });
    const [first] = facts;
    if (first === undefined) return facts;
    const tooFast = this.#budget.filesTooFast(performance.now());
    if (tooFast > 0) first.refusals.add("too-fast", "", tooFast);
    for (const { name, isUnreadable } of this.#files.values()) if (isUnreadable) first.refusals.add("unreadable", name);
    return facts;
  }
}
