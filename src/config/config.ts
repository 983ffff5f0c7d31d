import type { DestinationConfig } from "../upload/destinations/catalogue.ts";
import type { LogFormat, LogLevel } from "../lib/log.ts";

/**
 * What the agent was told to do: every value read, checked and resolved, frozen through and through. `loadConfig`
 * makes it; nothing in it changes while the agent runs. Ranges and defaults stand in `schema.ts`.
 */
export interface Config {
  /** False: the agent says so and ends. */
  readonly enabled: boolean;
  /** 0 takes any free port. */
  readonly port: number;
  /** Name or address to listen on. */
  readonly host: string;
  /** Absolute. Everything the agent writes is in here, but for the objects of a folder destination. */
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
  /** Bytes of request bodies in memory at once, over all connections; at least `maxRequestBytes`. */
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
  /** Absolute; merged by the collector in this order, after ours. */
  readonly configFiles: readonly string[];
  /** Variables of our environment that the collector may see. */
  readonly environmentNames: readonly string[];
  readonly intervalMs: number;
  readonly outputMaxBytes: number;
  /** A name or a number. Absent: a user of its own where the agent is root. */
  readonly user?: string;
  /** Absent: the place that is usual on this system. */
  readonly syslogPath?: string;
  /** Empty: the places that are usual on this system. */
  readonly diagGlobs: readonly string[];
}

/** Who this machine is to the WarpBuild API. */
export interface AgentConfig {
  readonly id?: string;
  /** Secret: goes into one request header and nowhere else. */
  readonly pollingSecret?: string;
  /** Base of the API, without a slash at its end. */
  readonly hostUrl?: string;
}
