/**
 * The nouns that cross a stage border, and the interfaces through which the stages see each other.
 * Types only, but for the list of streams. Stages import this file and never one another; `manager/` joins them.
 */

/** One ring, one part of the object name. A stream is a signal, or the runner's own logs. */
export const STREAMS = ["logs", "metrics", "traces", "gha-logs"] as const;
export type Stream = (typeof STREAMS)[number];

/** What OTLP carries. The stream `gha-logs` carries the signal `logs`. */
export type Signal = "logs" | "metrics" | "traces";

/** What our own telemetry says of where it comes from: resource attributes by name. */
export type ResourceAttributes = Readonly<
  Record<"host.name" | "service.name" | "telemetry.version" | "telemetry.vm_os", string>
>;

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
   * Copies `line` (no line end inside or behind it) into the ring and commits it before it returns. The last eighth of
   * a ring is only for lines of an `own` sender. Never waits, never throws. The caller keeps the bytes.
   */
  offer(line: Uint8Array, sender?: Sender): OfferResult;
}

/** The same for a stage that must know after a crash whether the line was taken that it offered last. */
export interface PositionedSink extends LineSink {
  /**
   * Grows with each accepted line, and in between only while no line is offered; it outlasts the process. A number that
   * was noted right before an offer is the same at the next start when the line was not taken, and smaller when it was.
   */
  readonly headPosition: number;
}

// ── ring → upload ───────────────────────────────────────────────────────────────────────────────

/** A sealed range of a ring: what becomes one object, byte for byte, in every attempt, in this run or the next. */
export interface Batch {
  readonly stream: Stream;
  /** Object name, `YYYYMMDD-HHMMSS.<stream>.log`, UTC. */
  readonly name: string;
  readonly lines: number;
  readonly bytes: number;
  /** The bytes, in order: views of the ring (two where it wraps), valid until the batch is acknowledged. Read only. */
  readonly slices: readonly Uint8Array<ArrayBuffer>[];
  /** Where in the destination it goes, as the destination said when it was sealed: {@link Destination.place}. */
  readonly place: string;
  /** CRC-32 of the bytes, as zlib has it. */
  readonly crc32: number;
  /** True when an earlier attempt, of this run or the last, may have stored it: its outcome is not known. */
  readonly wasAttempted: boolean;
}

/** The reading side of a ring, as the uploader sees it. At most one batch is sealed at a time. */
export interface BatchSource {
  readonly stream: Stream;
  readonly capacityBytes: number;
  /** Lines and bytes behind the sealed batch (all of them when none is sealed). */
  readonly unsealedLines: number;
  readonly unsealedBytes: number;
  /** All bytes held, the sealed batch included. */
  readonly usedBytes: number;
  /** When the oldest unsealed line came, or an older one, in monotonic ms; `-Infinity` after recovery; undefined when there is none. */
  readonly oldestUnsealedAtMs: number | undefined;
  /** The UTC second of the newest object name ever issued for this stream; 0 when there is none. */
  readonly lastObjectSecond: number;
  readonly sealed: Batch | undefined;
  /**
   * Seals all unsealed lines up to `maxBytes` (at least one line) under the name of `second`, for `place` in the
   * destination. Undefined when empty.
   */
  seal(second: number, maxBytes: number, place: string): Batch | undefined;
  /** Remembers, beyond a crash, that the sealed batch is about to be sent, so that its object may exist. */
  noteAttempt(): void;
  /** Takes {@link noteAttempt} back: it is known that no attempt has stored the object. */
  noteNotStored(): void;
  /** Gives the sealed batch the name of a later second: its old name belongs to other bytes. */
  rename(second: number): Batch;
  /** The sealed batch is stored: its bytes are free. */
  acknowledge(): void;
  /** Calls `listener` after each accepted line. One listener at most. */
  onLine(listener: (() => void) | undefined): void;
}

// ── upload → destination ────────────────────────────────────────────────────────────────────────

/** It did not work this time. */
export interface Retry {
  readonly kind: "retry";
  /** Why, for everybody: made of codes and of our words, never of what others wrote. */
  readonly reason: string;
  /** What the other side said. For the log alone, which masks it. */
  readonly detail?: string;
  /** How long the other side said to wait. */
  readonly afterMs?: number;
}

/** An attempt that did not bring the answer "stored". */
export interface PutFailure extends Retry {
  /** True when the attempt has surely stored nothing. False: the object may exist, and nobody knows. */
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
 * Where objects go. One PUT a call, no retry of its own. It keeps nothing of a batch from one call to the next: whether
 * an earlier attempt may have stored the object, the batch says ({@link Batch.wasAttempted}).
 */
export interface Destination {
  /** For people: `warpbuild`, `s3://bucket/prefix`, a folder, `discard:`. Never holds a secret. */
  readonly label: string;
  /** What comes before the object name, and may change from one start to the next (a host name). Often empty. */
  readonly place: string;
  /**
   * Rejects only when `abort` fires (with its reason); every other outcome is a {@link PutResult}. It settles when
   * nothing of the attempt goes on any more, which may be some time after `abort`; the next attempt at the same batch
   * has to wait for that.
   */
  put(batch: Batch, abort: AbortSignal): Promise<PutResult>;
}

/** What the WarpBuild backend answers when asked where an object may be put. */
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
