import { sinkWithoutMarks } from "../collector/marks.ts";
import { COLLECTOR_HEADER, type CollectorSupervisor } from "../collector/supervisor.ts";
import type { Config } from "../config/config.ts";
import type { HostSampler } from "../host/host-sampler.ts";
import { Receiver } from "../http/receiver.ts";
import { logOf } from "../lib/log.ts";
import { isSameSecret } from "../lib/same-secret.ts";
import { fired } from "../lib/sleep.ts";
import { STREAMS, type Stats } from "../pipeline.ts";
import { agentHealth, type Health } from "./health.ts";
import { prometheusText } from "./prometheus.ts";
import { tellNotice } from "./ring-notices.ts";
import type { Environment } from "./environment.ts";
import { openCollector } from "./open-collector.ts";
import { eraseRings, wipeRings } from "./open-rings.ts";
import { openStages, type Running } from "./open-stages.ts";
import { setAsideFiles } from "./set-aside.ts";
import { StartError } from "./start-error.ts";
import { startHost } from "./start-host.ts";
import type { StopReport } from "./stop-report.ts";
import { streamStats } from "./stream-stats.ts";
import { watchFiles } from "./watch-files.ts";

/** Of the deadline, the collector and the requests in flight get at most this part each; the rest is for uploads. */
const STAGE_SHARE = 1 / 5;
/** The same for a collector that is slow and still brings lines of the system log: uploads go on meanwhile. */
const SLOW_SHARE = 3 / 5;

const log = logOf("manager");

/**
 * The whole agent: builds every stage, takes the port, starts the rest from the right (rings, uploader, receiver,
 * runner logs, collector), stops them from the left, and gathers what they tell. One life: start, then stop.
 */
export class TelemetryManager {
  readonly #config: Config;
  readonly #environment: Environment;
  readonly #ended = Promise.withResolvers<StopReport>();
  readonly #abortStart = new AbortController();
  readonly #receiver: Receiver;
  #running: Running | undefined;
  #collector: CollectorSupervisor | undefined;
  #host: HostSampler | undefined;
  #uploadsDecided: Promise<void> = Promise.resolve();
  #isTelemetryOff = false;
  #endWatch: () => void = () => {};
  #missingFile: string | undefined;
  #starting: Promise<void> | undefined;
  #stopped: Promise<StopReport> | undefined;
  #isStarted = false;
  /** What a start that came to nothing found in the rings. */
  #undone: StopReport | undefined;
  #discardedLines = 0;

  constructor(config: Config, environment: Environment) {
    this.#config = config;
    this.#environment = environment;
    this.#receiver = this.#createReceiver();
  }

  /** Resolves when the agent has stopped, also by itself (the API says that telemetry is off). Never rejects. */
  get ended(): Promise<StopReport> {
    return this.#ended.promise;
  }

  /** Resolves when requests are taken or nothing is to be done. Rejects with StartError; everything is stopped then. */
  start(): Promise<void> {
    if (this.#stopped !== undefined && this.#starting === undefined) {
      return Promise.reject(new StartError("manager", "Cannot start: already stopped; create a new manager"));
    }
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /**
   * Collector, receiver, uploads, within the configured drain timeout. Idempotent, safe before and during start. What
   * could not be delivered is in the ring files, and its number in the report.
   */
  stop(): Promise<StopReport> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** The seven values of the seed, and all counters below them. Never holds a secret. */
  getStats(): Stats {
    const running = this.#running;
    const rings = Object.values(running?.rings ?? {});
    const setAside = setAsideFiles(running?.buffer);
    return {
      is_running: this.#isStarted && this.#stopped === undefined,
      port: this.#receiver.port,
      buffer_size: this.#config.bufferLines * STREAMS.length,
      current_buffer_size: rings.reduce((sum, ring) => sum + ring.lines, 0),
      buffer_is_full: rings.some((ring) => ring.room.isFull),
      receiver_running: this.#receiver.isServing,
      s3_uploader_running: running?.uploader.isRunning ?? false,
      version: this.#environment.version,
      health: this.#health().body,
      home: running?.home.path ?? null,
      home_instead_of: running?.place.insteadOf ?? null,
      destination: running?.target.destination.label ?? null,
      ...this.#receiver.totals(),
      discarded_lines: this.#discardedLines,
      set_aside_files: setAside.length,
      set_aside: setAside.map((file) => ({ ...file })),
      ring_notices: (running?.notices ?? []).map((notice) => ({ ...notice })),
      streams: running === undefined ? {} : streamStats({ ...running, receiver: this.#receiver }),
      collector: this.#collector?.stats() ?? { state: "off" },
      runner_logs: running?.runnerLogs?.stats() ?? { state: "off" },
      host: this.#host?.stats() ?? { state: "off" },
    };
  }

  async #start(): Promise<void> {
    if (!this.#config.enabled) {
      this.#undone = { linesLeft: 0, reason: "telemetry.enabled is false", isFailure: false };
      void this.stop();
      return;
    }
    // The port first: who connects while the rest starts waits some milliseconds instead of being refused.
    const listening = this.#receiver.listen(this.#abortStart.signal);
    listening.catch(() => {}); // Told below, when what the rings hold is known.
    const running = await openStages(this.#config, this.#environment).catch(async (error: unknown) => {
      await this.#stopListening(listening);
      throw error;
    });
    this.#running = running;
    for (const notice of running.notices) tellNotice(notice);
    this.#uploadsDecided = this.#beginUploads(running);
    try {
      await listening;
      const logs = sinkWithoutMarks(running.rings.logs, () => this.#collector?.marks);
      await this.#receiver.serve({ ...running.rings, logs });
    } catch (error) {
      await this.#stopListening(listening);
      if (this.#isTelemetryOff) this.#erase(running);
      await this.#undo(running);
      if (this.#isTelemetryOff) return; // Nothing was wanted of the port any more; `ended` tells.
      throw new StartError("receiver", error);
    }
    this.#isStarted = true;
    this.#endWatch = watchFiles({ ...running, onGone: (file) => this.#onGone(file) });
    if (this.#config.collector.enabled && this.#stopped === undefined) {
      running.runnerLogs?.start();
      await this.#startCollector(running);
    }
  }

  /** What is held is still delivered; then the process ends as failed, so that its unit starts it anew. */
  #onGone(file: string): void {
    if (this.#stopped !== undefined) return;
    this.#missingFile = file;
    log.error("A file of ours is gone; delivering what is held, then ending to be started anew", { file });
    void this.stop();
  }

  #createReceiver(): Receiver {
    const { host, port, allowedHosts, maxRequestBytes, inFlightMaxBytes, nestingMax } = this.#config;
    return new Receiver({
      host,
      port,
      // Who was told where we listen, as our collector is, calls us by that name.
      allowedHosts: [...allowedHosts, host.toLowerCase()],
      maxRequestBytes,
      inFlightMaxBytes,
      nestingMax,
      ownToken: { header: COLLECTOR_HEADER, seen: (token) => this.#isCollector(token) },
      reports: {
        health: () => this.#health(),
        stats: () => this.getStats(),
        metrics: () => prometheusText(this.getStats()),
      },
    });
  }

  /** Without an API to ask, uploads begin at once; else after its answer, which may also be to stop. */
  async #beginUploads({ uploader, telemetrySwitch }: Running): Promise<void> {
    const isOn = telemetrySwitch === undefined ? true : await telemetrySwitch.ask(this.#abortStart.signal);
    if (isOn === true) uploader.start();
    if (isOn !== false) return;
    this.#isTelemetryOff = true;
    void this.stop();
  }

  async #startCollector({ home, rings }: Running): Promise<void> {
    this.#host = startHost(this.#config, this.#environment, rings.metrics);
    this.#collector = openCollector(this.#config, this.#environment, { home, receiverPort: this.#receiver.port });
    await this.#collector.start();
  }

  /** A request that carries the right token is our collector's, and a sign of life. */
  #isCollector(token: string): boolean {
    const collector = this.#collector;
    if (collector === undefined || !isSameSecret(token, collector.token)) return false;
    collector.noteRequest();
    return true;
  }

  async #stop(): Promise<StopReport> {
    const { drainTimeoutMs } = this.#config;
    const deadline = AbortSignal.timeout(drainTimeoutMs);
    this.#running?.telemetrySwitch?.hurry();
    await this.#startSettled();
    const running = this.#running;
    if (running === undefined || !this.#isStarted) {
      return this.#end(this.#undone ?? { linesLeft: 0, reason: "stopped", isFailure: false });
    }

    const shareMs = drainTimeoutMs * STAGE_SHARE;
    const [unreadBytes = 0] = await Promise.all([
      running.runnerLogs?.stop(shareMs),
      this.#collector?.stop(shareMs, drainTimeoutMs * SLOW_SHARE),
    ]);
    await this.#receiver.stop(AbortSignal.any([deadline, AbortSignal.timeout(shareMs)]));
    this.#host?.stop();
    for (const ring of Object.values(running.rings)) ring.refuse();
    const isEmpty = Object.values(running.rings).every((ring) => ring.lines === 0);
    if (!isEmpty) await Promise.race([this.#uploadsDecided, fired(deadline)]);
    this.#abortStart.abort();
    if (this.#isTelemetryOff) this.#erase(running);
    await running.uploader.drain(deadline);
    return this.#end({ ...this.#close(running), unreadBytes });
  }

  /** The API has switched telemetry off for this machine: the one case in which lines are thrown away. */
  #erase({ rings }: Running): void {
    this.#discardedLines += eraseRings(rings);
    log.info("The API says that telemetry is off; what was taken is erased", { discardedLines: this.#discardedLines });
  }

  async #startSettled(): Promise<void> {
    if (!this.#isStarted) this.#abortStart.abort();
    await this.#starting?.catch(() => {});
  }

  /** Nobody has been answered yet: those who wait are told by the end of their connection. */
  async #stopListening(listening: Promise<void>): Promise<void> {
    this.#abortStart.abort();
    await listening.catch(() => {});
    await this.#receiver.stop(AbortSignal.abort());
  }

  async #undo(running: Running): Promise<void> {
    await running.uploader.abort();
    await running.runnerLogs?.stop(0);
    this.#undone = this.#close(running);
  }

  #close({ rings, home, buffer, uploader: { delivered } }: Running): StopReport {
    this.#endWatch();
    wipeRings(rings);
    const left = Object.values(rings).filter((ring) => ring.lines > 0);
    const linesLeft = left.reduce((sum, ring) => sum + ring.lines, 0);
    for (const { stream, lines } of left) log.warn("Lines left in the ring for the next start", { stream, lines });
    for (const ring of Object.values(rings)) ring.close();
    buffer.close();
    home.release();
    const report = { linesLeft, delivered, isFailure: this.#missingFile !== undefined };
    if (this.#missingFile !== undefined) return { ...report, reason: `${this.#missingFile} is gone` };
    return { ...report, reason: this.#isTelemetryOff ? "telemetry is off" : "stopped" };
  }

  #end(report: StopReport): StopReport {
    this.#ended.resolve(report);
    return report;
  }

  #health(): Health {
    const isTaking = this.#receiver.isServing && this.#stopped === undefined;
    return agentHealth({
      isTaking,
      receiver: this.#receiver,
      running: this.#running,
      collector: this.#collector,
      host: this.#host,
    });
  }
}
