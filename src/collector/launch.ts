import { join, resolve } from "node:path";
import { localUrl } from "../lib/http-url.ts";
import { logOf } from "../lib/log.ts";
import { CollectorChild } from "./child.ts";
import { collectorArguments, configurationParts, writeConfiguration } from "./configuration.ts";
import { collectorEnvironment } from "./environment.ts";
import { launcherPrefix, probeWith } from "./launcher.ts";
import { diagGlobsOf, syslogPaths, systemLogOf, thisMachine, type SystemLog } from "./log-sources.ts";
import type { CollectorOptions } from "./options.ts";
import type { OutputTail } from "./output-tail.ts";
import { endLeftover, removePidFile, writePidFile } from "./pid-file.ts";

const log = logOf("collector");

/**
 * Everything that precedes a run of the program: the files in `<base directory>/collector/`, the environment, the end
 * of what an earlier run left behind. Each run looks at the machine anew: a log file may have appeared meanwhile.
 */
export class Launch {
  readonly #options: CollectorOptions;
  readonly #token: string;
  readonly #leftoverGraceMs: number;
  readonly #directory: string;
  #prefix: readonly string[] | undefined;
  #systemLog: SystemLog | undefined;

  constructor(options: CollectorOptions, token: string, leftoverGraceMs: number) {
    this.#options = options;
    this.#token = token;
    this.#leftoverGraceMs = leftoverGraceMs;
    // The child works in this folder: a relative path would mean another file to it.
    this.#directory = resolve(options.baseDirectory, "collector");
  }

  /** What stands before the program's command, empty before the first start. */
  get prefix(): readonly string[] {
    return this.#prefix ?? [];
  }

  /** Where the system log of the newest run comes from; undefined before the first start. */
  get systemLog(): SystemLog | undefined {
    return this.#systemLog;
  }

  /**
   * Does all that takes time and returns the start itself, which does not wait: a caller that is told to stop looks
   * once, between the two, and cannot miss a child. Both throw what the system says; `abort` cuts the waiting short.
   */
  async prepare(program: string, tail: OutputTail, abort: AbortSignal): Promise<() => CollectorChild> {
    const machine = thisMachine(this.#options.environment["PATH"] ?? "");
    const { syslogPath } = this.#options;
    const systemLog = systemLogOf(machine, syslogPath === undefined ? undefined : resolve(syslogPath));
    this.#systemLog = systemLog;
    const environment = this.#environment(systemLog);
    const parts = configurationParts(machine.platform, systemLog);
    const ours = writeConfiguration(join(this.#directory, "config"), parts);
    const leftover = await endLeftover(this.#pidFile, this.#leftoverGraceMs, abort);
    if (leftover !== undefined) log.warn("ended a collector that an earlier run left behind", { pid: leftover });
    this.#prefix ??= await launcherPrefix(probeWith(environment));
    const command = [...this.#prefix, program, ...collectorArguments(ours, this.#options.configFiles)];
    return () => {
      const child = new CollectorChild({ command, environment, workingDirectory: this.#directory }, tail);
      this.#writeDown(child.pid);
      return child;
    };
  }

  /** The run has ended. */
  ended(): void {
    removePidFile(this.#pidFile);
  }

  /** A full disk is no reason to be without a collector. */
  #writeDown(pid: number): void {
    try {
      writePidFile(this.#pidFile, pid);
    } catch (error) {
      log.warn("Cannot write the collector's pid file: a killed agent could leave it behind", { error });
    }
  }

  #environment(systemLog: SystemLog): Record<string, string> {
    const { environment, environmentNames, receiverHost, receiverPort, diagGlobs } = this.#options;
    return collectorEnvironment(environment, environmentNames, {
      endpoint: localUrl(receiverHost, receiverPort),
      token: this.#token,
      intervalMs: this.#options.intervalMs,
      requestMaxBytes: this.#options.requestMaxBytes,
      storageDirectory: join(this.#directory, "storage"),
      hostName: this.#options.hostName,
      version: this.#options.version,
      syslogPaths: syslogPaths(systemLog),
      diagGlobs: diagGlobs?.map((glob) => resolve(glob)) ?? diagGlobsOf(process.platform),
    });
  }

  get #pidFile(): string {
    return join(this.#directory, "otelcol.pid");
  }
}
