import { mkdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { WarpBuildClient } from "../backend/warpbuild-client.ts";
import { CollectorSupervisor } from "../collector/supervisor.ts";
import type { AgentConfig, Config } from "../config/config.ts";
import { errorText } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import { type Destination, STREAMS, type Stream } from "../pipeline.ts";
import type { BaseDirectory } from "../ring/base-directory.ts";
import { chooseMemory } from "../ring/choose-memory.ts";
import type { RingOwner } from "../ring/layout.ts";
import { openRing, type RingNotice } from "../ring/open-ring.ts";
import type { Ring } from "../ring/ring.ts";
import { DiscardDestination } from "../upload/discard-destination.ts";
import { FolderDestination } from "../upload/folder-destination.ts";
import { PresignedDestination } from "../upload/presigned-destination.ts";
import { StartError } from "./start-error.ts";

const log = logOf("manager");

const WRITER_ID_DIGITS = 16;

/** What the manager is told of the process it runs in. */
export interface Environment {
  readonly version: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Where the executable lies; the collector may lie beside it. */
  readonly executableDirectory: string;
}

/** Where objects go, and the API client when the WarpBuild API decides that. */
export interface Target {
  readonly destination: Destination;
  readonly backend?: WarpBuildClient;
}

/** Throws StartError. */
export async function openTarget(config: Config, environment: Environment, base: BaseDirectory): Promise<Target> {
  try {
    return await targetOf(config, environment, base);
  } catch (error) {
    throw new StartError("destination", error);
  }
}

async function targetOf(
  { destination, agent }: Config,
  { variables }: Environment,
  base: BaseDirectory,
): Promise<Target> {
  switch (destination.kind) {
    case "folder":
      return { destination: new FolderDestination(destination.directory, writerId(base)) };
    case "s3": {
      // Only those who upload to a bucket pay for the AWS libraries.
      const { BucketDestination } = await import("../upload/bucket-destination.ts");
      return { destination: new BucketDestination({ ...destination, environment: variables }) };
    }
    case "discard":
      return { destination: new DiscardDestination() };
    case "warpbuild": {
      const backend = new WarpBuildClient(apiAccess(agent));
      return { destination: new PresignedDestination(backend), backend };
    }
  }
}

function apiAccess({ id, pollingSecret, hostUrl }: AgentConfig) {
  if (id === undefined || pollingSecret === undefined || hostUrl === undefined) {
    throw new Error("Cannot use the WarpBuild API: agent.id, agent.polling_secret and agent.host_url are needed");
  }
  return { runnerId: id, pollingSecret, hostUrl };
}

export interface OpenedRings {
  readonly rings: Readonly<Record<Stream, Ring>>;
  readonly notices: readonly RingNotice[];
}

/** Opens all four rings and tells the next run how they are kept. Throws the system's error; nothing stays open then. */
export function openRings(config: Config, base: BaseDirectory, destination: Destination): OpenedRings {
  const directory = join(base.path, "buffer");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const memoryKind = chooseMemory(directory, base.lastRun);
  // Told before the first page is touched: a fault there must not come back at every start.
  base.begin(memoryKind);
  const owner: RingOwner = { machine: machineId(), agent: config.agent.id ?? "", destination: destination.label };
  const rings = new Map<Stream, Ring>();
  const notices: RingNotice[] = [];
  const open = (stream: Stream): Ring => {
    const path = join(directory, `${stream}.ring`);
    const opened = openRing({
      path,
      stream,
      capacityBytes: config.bufferBytes,
      owner,
      memoryKind,
      lastSecond: base.lastSecond(stream),
      onSecond: (second) => base.useSecond(stream, second),
    });
    rings.set(stream, opened.ring);
    base.keep(path);
    notices.push(...opened.notices);
    return opened.ring;
  };
  try {
    const [logs, metrics, traces, ghaLogs] = STREAMS;
    const all = { [logs]: open(logs), [metrics]: open(metrics), [traces]: open(traces), [ghaLogs]: open(ghaLogs) };
    return { rings: all, notices };
  } catch (error) {
    for (const ring of rings.values()) ring.close();
    throw error;
  }
}

/** Throws away every line and says how many they were. A ring whose file refuses keeps its own, with a warning. */
export function eraseRings(rings: Readonly<Record<Stream, Ring>>): number {
  let lines = 0;
  for (const ring of Object.values(rings)) {
    try {
      lines += ring.erase();
    } catch (error) {
      log.warn("Cannot erase a ring", { stream: ring.stream, error: errorText(error) });
    }
  }
  return lines;
}

/** The supervisor of the collector, which sends to our receiver at `receiverPort`. Not started. */
export function createCollector(config: Config, environment: Environment, receiverPort: number): CollectorSupervisor {
  const { path, configFiles, environmentNames, intervalMs, outputMaxBytes, syslogPath, diagGlobs } = config.collector;
  return new CollectorSupervisor({
    baseDirectory: config.baseDirectory,
    receiverHost: config.host,
    receiverPort,
    configFiles,
    environmentNames,
    environment: environment.variables,
    intervalMs,
    outputMaxBytes,
    requestMaxBytes: config.maxRequestBytes,
    hostName: config.agent.id ?? hostname(),
    version: environment.version,
    executableDirectory: environment.executableDirectory,
    ...(path === undefined ? {} : { path }),
    ...(syslogPath === undefined ? {} : { syslogPath }),
    ...(diagGlobs.length === 0 ? {} : { diagGlobs }),
  });
}

/** Machines that were made of one image may share a folder, and have their base directory's id from it. */
function writerId(base: BaseDirectory): string {
  const all = [machineId(), hostname(), base.path, base.id].join("\n");
  return new Bun.CryptoHasher("sha256").update(all).digest("hex").slice(0, WRITER_ID_DIGITS);
}

/** The machine's own id (machine-id(5)); its name where there is none. */
function machineId(): string {
  for (const file of ["/etc/machine-id", "/var/lib/dbus/machine-id"]) {
    try {
      const id = readFileSync(file, "utf8").trim();
      if (id !== "") return id;
    } catch {
      // Not there; the next one.
    }
  }
  return hostname();
}
