/**
 * The nouns that cross a stage border, and the interfaces through which the stages see each other.
 * Types only, except the table of streams and what two stages agree on. Stages import this file and never one another; `manager/` joins them.
 */

/** What OTLP carries. */
export type Signal = "logs" | "metrics" | "traces";

/** One ring, one part of the object name: a signal, or the runner's own logs. */
export interface StreamRow {
  readonly name: string;
  /** What its lines are. */
  readonly signal: Signal;
  /** Where OTLP is sent to. */
  readonly path: `/v1/${string}`;
}

/** Every stream there is; all that is known of one from its name alone is here. */
export const STREAM_TABLE = {
  logs: { name: "logs", signal: "logs", path: "/v1/logs" },
  metrics: { name: "metrics", signal: "metrics", path: "/v1/metrics" },
  traces: { name: "traces", signal: "traces", path: "/v1/traces" },
  "gha-logs": { name: "gha-logs", signal: "logs", path: "/v1/gha-logs" },
} as const satisfies Readonly<Record<string, StreamRow>>;

export type Stream = keyof typeof STREAM_TABLE;
export const STREAMS: readonly Stream[] = Object.values(STREAM_TABLE).map(({ name }) => name);

/** Makes one thing for each stream, in the order of the table. */
export function mapStreams<T>(make: (stream: Stream) => T): Readonly<Record<Stream, T>> {
  return { logs: make("logs"), metrics: make("metrics"), traces: make("traces"), "gha-logs": make("gha-logs") };
}

// ── the form of objects ─────────────────────────────────────────────────────────────────────────

/** What the name of an object ends in before it is compressed. */
export const OBJECT_SUFFIXES = [".log", ".jsonl"] as const;
export type ObjectSuffix = (typeof OBJECT_SUFFIXES)[number];

/** How the bytes of an object can be compressed, and what is added to its name for it: readers go by the name. */
export const COMPRESSION_ENDINGS = { none: "", gzip: ".gz", zstd: ".zst" } as const;
export type Compression = keyof typeof COMPRESSION_ENDINGS;
export const COMPRESSIONS = ["none", "gzip", "zstd"] as const satisfies readonly Compression[];

/** The form in which a batch becomes an object. It is fixed when the batch is sealed, and the ring header keeps it. */
export interface ObjectForm {
  /**
   * Folders below {@link Destination.place}, with slashes between them; often empty. `{date}` and `{hour}` in it are those
   * of the object's name, which changes where a name is taken.
   */
  readonly folder: string;
  readonly suffix: ObjectSuffix;
  readonly compression: Compression;
  /** The program that compresses, with its version and level. Empty without compression. */
  readonly compressor: string;
}

/** An object whose key says nothing but its name, and that holds the lines as they are. */
export const PLAIN_FORM: ObjectForm = { folder: "", suffix: ".log", compression: "none", compressor: "" };

/** The resource attributes of our own telemetry, by name: these, and what the settings add. */
export type ResourceAttributes = Readonly<
  Record<"host.name" | "service.name" | "telemetry.version" | "telemetry.vm_os", string>
> &
  Readonly<Record<string, string>>;

/** The instrumentation scopes of our own telemetry: which part of the agent has made it. */
export const OWN_SCOPES = {
  host: "warp-telemetry/host",
  processes: "warp-telemetry/processes",
  events: "warp-telemetry/events",
  job: "warp-telemetry/job",
  runner: "warp-telemetry/runner",
} as const;

// ── http → ring ─────────────────────────────────────────────────────────────────────────────────

/**
 * `accepted`: the line is in the ring file. `full`: no room now, the sender keeps it. `too-large`: longer than the
 * ring can ever hold. `failed`: the file refused the bytes (disk full, input/output error), nothing was kept.
 * `closed`: the ring takes nothing more, the agent is stopping.
 */
export type OfferResult = "accepted" | "full" | "too-large" | "failed" | "closed";

/** Who sends a line. `own`: our collector, or what the agent reads itself. `other`: everyone on the machine. */
export type Sender = "own" | "other";

/** The writing side of a ring, as the receiver and the agent's own readers see it. */
export interface LineSink {
  /** Bytes of the longest line, without its line end, that {@link offer} can ever accept. */
  readonly lineMaxBytes: number;
  /**
   * Copies `line` (no line end in it or after it) into the ring and commits it before it returns. The last eighth of
   * a ring is only for lines of an `own` sender. Never waits, never throws. The caller keeps the bytes.
   */
  offer(line: Uint8Array, sender?: Sender): OfferResult;
}

/** The same for a stage that has to know after a crash whether its last line was taken. */
export interface PositionedSink extends LineSink {
  /**
   * Grows with each accepted line, and otherwise only while no line is offered. It outlasts the process. A number that was
   * noted right before an offer: at the next start it equals this one if the line was not taken, and is smaller if it was.
   */
  readonly headPosition: number;
}

// ── ring → upload ───────────────────────────────────────────────────────────────────────────────

/** A sealed range of a ring: what becomes one object, byte for byte, in every attempt, in this run or the next. */
export interface Batch {
  readonly stream: Stream;
  /** Object name, `YYYYMMDD-HHMMSS.<stream>.log`, UTC; its ending is that of the form. */
  readonly name: string;
  readonly lines: number;
  readonly bytes: number;
  /** The bytes, in order: views of the ring (two where it wraps), valid until the batch is acknowledged. Read only. */
  readonly slices: readonly Uint8Array<ArrayBuffer>[];
  /** Its folder in the destination: {@link Destination.place} when it was sealed. */
  readonly place: string;
  /** The folders below that, as the form and the name have them; often empty. */
  readonly folder: string;
  readonly compression: Compression;
  /** What compressed it in the first attempt, or would have: {@link ObjectForm.compressor}. */
  readonly compressor: string;
  /** CRC-32 of the bytes, as zlib has it. */
  readonly crc32: number;
  /** True when an earlier attempt, of this run or the last, may have stored it: its outcome is not known. */
  readonly wasAttempted: boolean;
  /** Present on its way to the destination, if `bytes`, `slices` and `crc32` are of its compressed form: the lines. */
  readonly plain?: PlainLines;
}

/** The lines of a batch that goes out compressed. The slices are views of the ring, as those of the batch are. */
export interface PlainLines {
  readonly compression: Exclude<Compression, "none">;
  readonly bytes: number;
  readonly slices: readonly Uint8Array<ArrayBuffer>[];
}

/** The reading side of a ring, as the uploader sees it. At most one batch is sealed at a time. */
export interface BatchSource {
  readonly stream: Stream;
  readonly capacityBytes: number;
  /** Lines and bytes after the sealed batch (all of them if none is sealed). */
  readonly unsealedLines: number;
  readonly unsealedBytes: number;
  /** All bytes held, the sealed batch included. */
  readonly usedBytes: number;
  /** Arrival of the oldest unsealed line, or of an older one, in monotonic ms. `-Infinity` after recovery, undefined without lines. */
  readonly oldestUnsealedAtMs: number | undefined;
  /** The UTC second of the newest object name ever used for this stream; 0 if there is none. */
  readonly lastObjectSecond: number;
  readonly sealed: Batch | undefined;
  /**
   * Seals all unsealed lines up to `maxBytes` (at least one line) under the name of `second`, for `place` in the
   * destination, to become an object of that form (default: {@link PLAIN_FORM}). Undefined when empty.
   */
  seal(second: number, maxBytes: number, place: string, form?: ObjectForm): Batch | undefined;
  /** Notes, safe from a crash, that the sealed batch is about to be sent: its object may exist from now on. */
  noteAttempt(): void;
  /** Takes {@link noteAttempt} back: no attempt has stored the object, and that is known. */
  noteNotStored(): void;
  /** Gives the sealed batch the name of a later second, because its old name belongs to other bytes. */
  rename(second: number): Batch;
  /** The sealed batch is stored: its bytes are free. */
  acknowledge(): void;
  /** Calls `listener` after each accepted line. One listener at most. */
  onLine(listener: (() => void) | undefined): void;
}

// ── upload → destination ────────────────────────────────────────────────────────────────────────

/** Why it did not work this time. */
export interface Retry {
  readonly kind: "retry";
  /** The reason, for everybody: codes and our own words, never text of others. */
  readonly reason: string;
  /** The text of the other side. For the log only, which masks it. */
  readonly detail?: string;
  /** How long the other side said to wait. */
  readonly afterMs?: number;
}

/** An attempt that did not bring the answer "stored". */
export interface PutFailure extends Retry {
  /** True when the attempt has surely stored nothing. False: the object may exist. */
  readonly isOutcomeKnown: boolean;
  /** What people can do about it, in our words. */
  readonly remedy?: string;
  /** No attempt will work before somebody has followed the remedy. */
  readonly isLasting?: boolean;
}

/**
 * `stored`: the object exists with exactly these bytes. `name-taken`: the name belongs to other bytes, which were not
 * touched.
 */
export type PutResult = { readonly kind: "stored" } | { readonly kind: "name-taken" } | PutFailure;

/**
 * Where objects go. One PUT a call, no retry of its own. It remembers nothing of a batch between two calls. The batch
 * itself says whether an earlier attempt may have stored its object ({@link Batch.wasAttempted}).
 */
export interface Destination {
  /** For people: `warpbuild`, `s3://bucket/prefix`, a folder, `discard:`. Never holds a secret. */
  readonly label: string;
  /** The folder before the object name. It may change from one start to the next (a host name). Often empty. */
  readonly place: string;
  /**
   * Rejects only when `abort` fires (with its reason); every other outcome is a {@link PutResult}. It settles when the
   * attempt is quite over, which may be some time after `abort`. The next attempt at the same batch waits for that.
   */
  put(batch: Batch, abort: AbortSignal): Promise<PutResult>;
  /**
   * Asks whether the place answers and knows who we are, and stores nothing; undefined when it does. Whether objects may be
   * stored there shows at the first {@link put}. Absent where there is nobody to ask. Rejects only when `abort` fires.
   */
  reach?(abort: AbortSignal): Promise<PutFailure | undefined>;
}

/** The answer of the WarpBuild API to the question where an object may be put. */
export type UploadUrlResult = { readonly kind: "url"; readonly url: string } | Retry;

export interface UploadUrlSource {
  /** One request, no retry. Rejects only when `abort` fires. */
  uploadUrl(objectName: string, abort: AbortSignal): Promise<UploadUrlResult>;
}

// ── every stage → manager → http, cli ───────────────────────────────────────────────────────────

export type HealthStatus = "healthy" | "degraded" | "unhealthy";

/** Health of one part. `reason` and `remedy` are present unless it is healthy. */
export interface PartHealth {
  readonly status: HealthStatus;
  readonly reason?: string;
  readonly remedy?: string;
}

/** Plain data, as `/stats` prints it. Never holds a secret. */
export type StatsValue =
  string | number | boolean | null | readonly StatsValue[] | { readonly [key: string]: StatsValue };
export type Stats = { readonly [key: string]: StatsValue };
