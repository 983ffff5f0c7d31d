import { sinkWithoutMarks } from "../collector/marks.ts";
import { COLLECTOR_HEADER } from "../collector/supervisor.ts";
import type { Config } from "../config/config.ts";
import { Receiver } from "../http/receiver.ts";
import { logOf } from "../lib/log.ts";
import { isSameSecret } from "../lib/same-secret.ts";
import { fired } from "../lib/sleep.ts";
import type { SetAsideFile } from "../ring/set-aside.ts";
import type { AgentStats } from "../stats/agent-stats.ts";
import type { Flushed } from "../upload/flush-waits.ts";
import { closeStages } from "./close-stages.ts";
import type { Environment } from "./environment.ts";
import { eraseTaken } from "./erase-taken.ts";
import { gatherStats } from "./gather-stats.ts";
import { agentHealth, type Health } from "./health.ts";
import { jobControl, runnerUids } from "./job-control.ts";
import { type EndReason, endReasonText, type ManagerState, type Stages } from "./manager-state.ts";
import { openCollector } from "./open-collector.ts";
import { createLive, eventsOnPage, openLive } from "./open-live.ts";
import { openStages, type Running } from "./open-stages.ts";
import { prometheusText } from "./prometheus.ts";
import { tellNotice } from "./ring-notices.ts";
import { setAsideFiles } from "./set-aside.ts";
import { StartError } from "./start-error.ts";
import { startEvents } from "./start-events.ts";
import { startHost } from "./start-host.ts";
import type { StopReport } from "./stop-report.ts";
import { watchFiles } from "./watch-files.ts";

/** Of the deadline, the collector and the requests in flight get at most this part each; the rest is for uploads. */
const STAGE_SHARE = 1 / 5;
/** The same for a collector that is slow and still brings lines of the system log: uploads go on meanwhile. */
const SLOW_SHARE = 3 / 5;

const log = logOf("manager");

/** A start that came to nothing: what was found in the rings, and the error unless nothing was wanted. */
interface Undone {
  readonly report: StopReport;
  readonly error?: StartError;
}

/**
 * The whole agent: builds every stage, takes the port, starts the rest from the right (rings, uploader, receiver,
 * runner logs, collector), stops them from the left, and gathers what they tell. One life: start, then stop.
 */
export class TelemetryManager {
  readonly #config: Config;
  readonly #environment: Environment;
  readonly #live: ReturnType<typeof createLive>;
  readonly #receiver: Receiver;
  readonly #ended = Promise.withResolvers<StopReport>();
  /** Ends what waits for the port or for the API's answer. */
  readonly #halt = new AbortController();
  #state: ManagerState = { kind: "new" };
  /** The one start and the one stop; undefined until they are asked for. */
  #begun: Promise<Undone | undefined> | undefined;
  #finished: Promise<StopReport> | undefined;
  #discardedLines = 0;

  constructor(config: Config, environment: Environment) {
    this.#config = config;
    this.#environment = environment;
    this.#live = createLive(config, { stats: () => this.getStats(), stages: () => this.#state.stages });
    this.#receiver = this.#createReceiver();
  }

  /** Resolves when the agent has stopped, also by itself (the API says that telemetry is off). Never rejects. */
  get ended(): Promise<StopReport> {
    return this.#ended.promise;
  }

  /** Resolves when requests are taken or nothing is to be done. Rejects with StartError; everything is stopped then. */
  async start(): Promise<void> {
    if (this.#begun === undefined) {
      if (this.#state.kind !== "new") {
        throw new StartError("manager", "Cannot start: already stopped; create a new manager");
      }
      this.#state = { kind: "starting" };
      const { enabled } = this.#config;
      this.#begun = enabled ? this.#begin() : Promise.resolve(undefined);
      if (!enabled) void this.#end({ kind: "disabled" });
    }
    const undone = await this.#begun;
    if (undone?.error !== undefined) throw undone.error;
  }

  /**
   * Collector, receiver, uploads, within the configured drain timeout. Idempotent, safe before and during start. What
   * could not be delivered is in the ring files, and its number in the report.
   */
  stop(): Promise<StopReport> {
    return this.#end({ kind: "asked" });
  }

  /**
   * Sends what is held now instead of waiting for the push frequency, at most once in 5 s. Resolves when it is stored, when
   * `abort` fires, or when the agent has stopped; says how many lines are left. Nothing is held before the start and
   * after the stop. Never rejects.
   */
  async flush(abort?: AbortSignal): Promise<Flushed> {
    const { kind, stages } = this.#state;
    return stages === undefined || kind === "stopped" ? { linesLeft: 0 } : await stages.uploader.flush(abort);
  }

  /** The seven values of the seed, and all counters below them. Never holds a secret. */
  getStats(): AgentStats {
    const { kind, stages } = this.#state;
    const setAside = setAsideFiles(stages?.buffer);
    return gatherStats({
      config: this.#config,
      environment: this.#environment,
      isRunning: kind === "running",
      receiver: this.#receiver,
      stages,
      health: this.#health(setAside).body,
      setAside,
      discardedLines: this.#discardedLines,
    });
  }

  /** Resolves with undefined when requests are taken, also when a stop has begun meanwhile. */
  async #begin(): Promise<Undone | undefined> {
    // The port first: who connects while the rest starts waits some milliseconds instead of being refused.
    const listening = this.#receiver.listen(this.#halt.signal);
    listening.catch(() => {}); // Told below, when what the rings hold is known.
    let running: Running;
    try {
      running = await openStages(this.#config, this.#environment);
    } catch (error) {
      await this.#stopListening(listening);
      return this.#failed({ linesLeft: 0, reason: "stopped", isFailure: false }, error);
    }
    for (const notice of running.notices) tellNotice(notice);
    const stages: Stages = { ...running, uploadsDecided: this.#beginUploads(running) };
    this.#opened(stages);
    if (this.#live !== undefined) openLive(this.#live, stages.home);
    try {
      await listening;
      const logs = sinkWithoutMarks(running.rings.logs, () => this.#state.stages?.collector?.marks);
      await this.#receiver.serve({ ...running.rings, logs });
    } catch (error) {
      await this.#stopListening(listening);
      return this.#failed(await this.#undo(stages), error);
    }
    this.#startRest(stages);
    return undefined;
  }

  /** Requests are taken from now on. Without a collector the agent reads nothing by itself. */
  #startRest(open: Stages): void {
    const watched = { ...open, endWatch: watchFiles({ ...open, onGone: (file) => this.#onGone(file) }) };
    if (this.#state.kind !== "starting") return this.#opened(watched);
    this.#state = { kind: "running", stages: watched };
    if (!this.#config.collector.enabled) return;
    watched.runnerLogs?.start();
    const [config, environment] = [this.#config, this.#environment];
    const host = startHost(config, environment, watched, this.#live?.onReading);
    const events = startEvents(config, environment, watched, eventsOnPage(this.#live));
    this.#opened({ ...watched, host, events });
    const collector = openCollector(config, environment, { home: watched.home, receiverPort: this.#receiver.port });
    this.#opened({ ...watched, host, events, collector });
    void collector.start();
  }

  /** More is open now, whatever has been asked for meanwhile. */
  #opened(stages: Stages): void {
    if (this.#state.kind !== "new") this.#state = { ...this.#state, stages };
  }

  /** Nothing was wanted of the start any more where the API has said that telemetry is off; `ended` tells. */
  #failed(report: StopReport, cause: unknown): Undone {
    if (this.#endReason?.kind === "off") return { report };
    if (this.#state.kind === "starting") this.#state = { ...this.#state, kind: "failed" };
    return { report, error: cause instanceof StartError ? cause : new StartError("receiver", cause) };
  }

  /** What is held is still delivered; then the process ends as failed, so that its unit starts it anew. */
  #onGone(file: string): void {
    if (this.#endReason !== undefined) return;
    log.error("A file of ours is gone; delivering what is held, then ending to be started anew", { file });
    void this.#end({ kind: "gone", file });
  }

  #createReceiver(): Receiver {
    const { receiver, events } = this.#config;
    return new Receiver({
      ...receiver,
      ...(events.isEnabled && { onFatal: () => this.#state.stages?.uploader.hurry() }),
      // Who was told where we listen, as our collector is, calls us by that name.
      allowedHosts: [...receiver.allowedHosts, receiver.host.toLowerCase()],
      control: jobControl({ stages: () => this.#state.stages, flush: (wait) => this.flush(wait) }),
      ownToken: { header: COLLECTOR_HEADER, seen: (token) => this.#isCollector(token) },
      reports: {
        health: () => this.#health(),
        stats: () => this.getStats(),
        metrics: () => prometheusText(this.getStats()),
      },
      ...(this.#live && { live: { door: this.#live, readerUids: () => runnerUids(this.#state.stages) } }),
    });
  }

  /** Without an API to ask, uploads begin at once; else after its answer, which may also be to stop. */
  async #beginUploads({ uploader, telemetrySwitch }: Running): Promise<void> {
    const isOn = telemetrySwitch === undefined ? true : await telemetrySwitch.ask(this.#halt.signal);
    if (isOn === true) uploader.start();
    if (isOn === false) void this.#end({ kind: "off" });
  }

  /** A request that carries the right token is our collector's, and a sign of life. */
  #isCollector(token: string): boolean {
    const collector = this.#state.stages?.collector;
    if (collector === undefined || !isSameSecret(token, collector.token)) return false;
    collector.noteRequest();
    return true;
  }

  /** Undefined until the end is decided. */
  get #endReason(): EndReason | undefined {
    return "reason" in this.#state ? this.#state.reason : undefined;
  }

  /** The first reason counts, unless the API says later that telemetry is off: then nothing may be delivered. */
  #end(reason: EndReason): Promise<StopReport> {
    if (this.#finished === undefined) {
      this.#finished = this.#finish(reason);
    } else if (reason.kind === "off" && this.#state.kind === "stopping") {
      this.#state = { ...this.#state, reason };
    }
    return this.#finished;
  }

  async #finish(reason: EndReason): Promise<StopReport> {
    const deadline = AbortSignal.timeout(this.#config.drainTimeoutMs);
    const { kind, stages } = this.#state;
    this.#state = { kind: "stopping", reason, ...(stages === undefined ? {} : { stages }) };
    stages?.telemetrySwitch?.hurry();
    if (kind !== "running") this.#halt.abort();
    const undone = await this.#begun?.catch(() => undefined);
    const report = undone?.report ?? (await this.#drain(deadline));
    this.#state = { ...this.#state, kind: "stopped", reason: this.#endReason ?? reason, report };
    this.#ended.resolve(report);
    return report;
  }

  /** From the left to the right. */
  async #drain(deadline: AbortSignal): Promise<StopReport> {
    const { stages } = this.#state;
    if (stages === undefined) return this.#report({ linesLeft: 0 });
    const { rings, uploader, uploadsDecided, runnerLogs, jobs, collector, host, events } = stages;
    const { drainTimeoutMs } = this.#config;
    const shareMs = drainTimeoutMs * STAGE_SHARE;
    const [unreadBytes = 0] = await Promise.all([
      runnerLogs?.stop(shareMs),
      collector?.stop(shareMs, drainTimeoutMs * SLOW_SHARE),
    ]);
    await this.#receiver.stop(AbortSignal.any([deadline, AbortSignal.timeout(shareMs)]));
    host?.stop();
    events?.stop();
    jobs?.stop();
    for (const ring of Object.values(rings)) ring.refuse();
    if (Object.values(rings).some(({ lines }) => lines > 0)) await Promise.race([uploadsDecided, fired(deadline)]);
    this.#halt.abort();
    this.#eraseIfOff(stages);
    await uploader.drain(deadline);
    return this.#report({ ...closeStages(stages, this.#live), unreadBytes });
  }

  /** The API has switched telemetry off for this machine: the one case in which lines are thrown away. */
  #eraseIfOff(stages: Stages): void {
    if (this.#endReason?.kind === "off") this.#discardedLines += eraseTaken(stages);
  }

  /** Nobody has been answered yet: those who wait are told by the end of their connection. */
  async #stopListening(listening: Promise<void>): Promise<void> {
    this.#halt.abort();
    await listening.catch(() => {});
    await this.#receiver.stop(AbortSignal.abort());
  }

  async #undo(stages: Stages): Promise<StopReport> {
    this.#eraseIfOff(stages);
    await stages.uploader.abort();
    await stages.runnerLogs?.stop(0);
    stages.jobs?.stop();
    return this.#report(closeStages(stages, this.#live));
  }

  #report(result: Omit<StopReport, "reason" | "isFailure">): StopReport {
    const reason = this.#endReason ?? { kind: "asked" };
    return { ...result, reason: endReasonText(reason), isFailure: reason.kind === "gone" };
  }

  #health(setAside: readonly SetAsideFile[] = setAsideFiles(this.#state.stages?.buffer)): Health {
    const isTaking = this.#receiver.isServing && this.#endReason === undefined;
    return agentHealth({ isTaking, receiver: this.#receiver, stages: this.#state.stages, setAside });
  }
}
