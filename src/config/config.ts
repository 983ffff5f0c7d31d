import type { DestinationConfig } from "../upload/destinations/catalogue.ts";
import type { LogFormat, LogLevel } from "../lib/log.ts";

/**
 * The configuration: every value read, checked, resolved and deeply frozen. `loadConfig` makes it. Nothing in it changes
 * while the agent runs. Ranges and defaults are in `schema.ts`.
 */
export interface Config {
  /** False: the agent logs that and ends. */
  readonly enabled: boolean;
  /** 0 takes any free port. */
  readonly port: number;
  /** Name or address to listen on. */
  readonly host: string;
  /** Absolute. Everything the agent writes is in here, except the objects of a folder destination. */
  readonly baseDirectory: string;
  /** With `warpbuild`, `agent.id`, `agent.pollingSecret` and `agent.hostUrl` are present. */
  readonly destination: DestinationConfig;
  /** Lines that seal a batch. */
  readonly bufferLines: number;
  /** Bytes of one ring, a multiple of 64 KiB. */
  readonly bufferBytes: number;
  /** Age of the oldest line that seals a batch. */
  readonly pushFrequencyMs: number;
  readonly objectMaxBytes: number;
  /** Bytes of one request body, before and after decompression; never more than half a ring. */
  readonly maxRequestBytes: number;
  /** Bytes of request bodies in memory at once, over all connections, shares included; at least `maxRequestBytes`. */
  readonly inFlightMaxBytes: number;
  /** Bytes of PUT bodies in memory at once, over all streams; at least `objectMaxBytes`. */
  readonly putsInFlightMaxBytes: number;
  readonly nestingMax: number;
  readonly drainTimeoutMs: number;
  /** Names, beyond localhost and address literals, that a request's Host may carry. Lower case. */
  readonly allowedHosts: readonly string[];
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly collector: CollectorConfig;
  readonly agent: AgentConfig;
}

export interface CollectorConfig {
  readonly enabled: boolean;
  /** Absolute. Absent: looked for in the usual places. */
  readonly path?: string;
  /** Absolute. The collector merges them in this order, after our own file. */
  readonly configFiles: readonly string[];
  /** Variables of our environment that the collector may see. */
  readonly environmentNames: readonly string[];
  readonly intervalMs: number;
  readonly outputMaxBytes: number;
  /** A name or a number. Absent: a user of its own if the agent is root. */
  readonly user?: string;
  /** Absent: the usual file of this system. */
  readonly syslogPath?: string;
  /** Empty: the usual folders of this system. */
  readonly diagGlobs: readonly string[];
}

/** How this machine presents itself to the WarpBuild API. */
export interface AgentConfig {
  readonly id?: string;
  /** Secret: it is in one request header and nowhere else. */
  readonly pollingSecret?: string;
  /** Base of the API, without a slash at its end. */
  readonly hostUrl?: string;
}
