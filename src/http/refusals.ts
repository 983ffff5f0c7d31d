import { STEP_BYTES, STEP_MAX_MS } from "./in-flight.ts";

/**
 * Seconds in Retry-After. Small, because SDKs give up when it exceeds what is left of their 10 s; an integer, because
 * some read nothing else.
 */
export const RETRY_AFTER_SECONDS = 2;

/** Codes of google.rpc.Status (google/rpc/code.proto). */
const RpcCode = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/** Why a request was not taken for now: the sender still has the data. */
export type RefuseReason =
  | "ring-full"
  | "write-failed"
  | "in-flight-full"
  | "too-slow"
  | "worker-busy"
  | "worker-failed"
  | "stopping"
  | "no-jobs"
  | "flush-busy"
  | "live-busy";
/** Why a request was not taken for good. */
export type RejectReason =
  | "method"
  | "not-found"
  | "foreign"
  | "content-type"
  | "grpc"
  | "content-encoding"
  | "too-large"
  | "bad-data"
  | "broken-off"
  | "not-local"
  | "not-yours"
  | "mark"
  | "mark-too-large"
  | "wait"
  | "internal";
export type Reason = RefuseReason | RejectReason;

/** A request that is not taken: the row of {@link REFUSALS}, and what that row's text needs to know. */
export interface Refusal {
  readonly reason: Reason;
  /** The part of the text that differs from request to request; empty where the text has none. */
  readonly detail: string;
  /** Path of the field that is wrong, in OTLP/JSON names. */
  readonly field?: string;
  /** What has arrived of the body stays in memory until the answer goes. */
  readonly isPending?: boolean;
  /** Headers of the answer besides those of the row. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a request that is not taken is answered and counted. */
export interface RefusalRule {
  /** `refusal`: 503, retryable, with Retry-After. `rejection`: any other status, the sender must not repeat it. */
  readonly kind: "refusal" | "rejection";
  readonly httpStatus: number;
  readonly code: (typeof RpcCode)[keyof typeof RpcCode];
  /** For the sender. */
  readonly text: (detail: string) => string;
  /**
   * What becomes of the connection. `keep`: it goes on; what the sender still writes of the body is thrown away, up to
   * 64 MiB. `close`: it ends with the answer.
   */
  readonly connection: "keep" | "close";
  /** Whether the answer is held back from who does not wait, because too much is being sent. */
  readonly isHeld: boolean;
  /** What is wrong with the agent while it answers so; undefined where nothing is. */
  readonly trouble?: Trouble;
  /** For the log, once: how a sender is to be set up that will never be taken as it is. */
  readonly advice?: string;
}

/** For the log and for `/health`. */
export interface Trouble {
  readonly what: string;
  /** What its owner can do. */
  readonly remedy: string;
  /** Whether it is a matter of one stream's ring. */
  readonly isOfRing: boolean;
}

const GRPC_ADVICE = "use http/protobuf (OTEL_EXPORTER_OTLP_PROTOCOL)";
const LEAST_RATE = `${STEP_BYTES / 1024} KiB in every ${STEP_MAX_MS / 1000} s`;

/** Every reason not to take a request (OTLP/HTTP Response, Failures). */
export const REFUSALS: Readonly<Record<Reason, RefusalRule>> = {
  "ring-full": refusal((stream) => `Cannot take the request: the ring of ${stream} is full; try again`, {
    trouble: { what: "the ring is full", remedy: "see the uploads, or raise buffer_bytes", isOfRing: true },
  }),
  "write-failed": refusal((stream) => `Cannot take the request: the ring file of ${stream} refuses it; try again`, {
    trouble: { what: "the ring file refuses writes", remedy: "free space in the base directory", isOfRing: true },
  }),
  "in-flight-full": refusal(() => "Cannot take the request: too many request bytes are under way; try again", {
    isHeld: true,
    trouble: trouble("too many request bytes are under way", "find who sends them, or raise in_flight_max_bytes"),
  }),
  // 503 and not 408 (Request Timeout): by OTLP's rules nobody sends again after a 408.
  "too-slow": refusal(() => `Cannot take the request: its body came too slowly, ${LEAST_RATE} wanted; try again`, {
    trouble: trouble(`bodies came too slowly, ${LEAST_RATE} wanted`, "find the sender that stalls"),
  }),
  "worker-busy": refusal(() => "Cannot take the request: too many large bodies are waiting; try again", {
    isHeld: true,
    trouble: trouble("too many large bodies waited for the Worker", "find who sends them, and send smaller batches"),
  }),
  "worker-failed": refusal(() => "Cannot take the request: the Worker for large bodies failed; try again", {
    trouble: trouble("the Worker for large bodies failed", "see the log, and report it"),
  }),
  stopping: refusal(() => "Cannot take the request: the agent is stopping", { connection: "close" }),
  // Nothing is wrong with an agent that was not asked to keep jobs.
  "no-jobs": refusal(() => "Cannot take the request: this agent keeps no jobs; see the settings of jobs"),
  "flush-busy": refusal(() => "Cannot flush: too many wait for a flush already; try again"),
  "live-busy": refusal(() => "Cannot show the page live: too many look at it already; try again"),

  method: rejection(405, RpcCode.unimplemented, (detail) => `Cannot ${detail}`),
  "not-found": rejection(404, RpcCode.notFound, (detail) => `Cannot find ${detail}`),
  foreign: rejection(403, RpcCode.permissionDenied, (detail) => `Cannot take the request: ${detail}`),
  "content-type": rejection(415, RpcCode.invalidArgument, (detail) => `Cannot take ${detail}`),
  grpc: {
    ...rejection(415, RpcCode.unimplemented, () => `Cannot take gRPC: ${GRPC_ADVICE}`),
    advice: `A sender uses gRPC and is not heard: ${GRPC_ADVICE}`,
  },
  "content-encoding": rejection(400, RpcCode.invalidArgument, (detail) => `Cannot ${detail}`),
  "too-large": rejection(
    413,
    RpcCode.resourceExhausted,
    (detail) => `Cannot take the body: ${detail}; send smaller batches`,
  ),
  "bad-data": rejection(400, RpcCode.invalidArgument, (detail) => detail),
  "broken-off": rejection(400, RpcCode.invalidArgument, () => "Cannot read the body: it broke off"),
  "not-local": rejection(
    403,
    RpcCode.permissionDenied,
    () => "Cannot take the request: it comes from another machine, loopback wanted",
  ),
  "not-yours": rejection(
    403,
    RpcCode.permissionDenied,
    (detail) => `Cannot show the jobs: ${detail}; ask as root or as the runner's user`,
  ),
  mark: rejection(400, RpcCode.invalidArgument, (detail) => `Cannot take the mark: ${detail}`),
  "mark-too-large": rejection(413, RpcCode.resourceExhausted, (detail) => `Cannot take the mark: ${detail}`),
  wait: rejection(400, RpcCode.invalidArgument, (detail) => `Cannot flush: ${detail}`),
  internal: rejection(500, RpcCode.internal, () => "Cannot take the request: internal error"),
};

export function refuse(reason: Reason, detail = ""): Refusal {
  return { reason, detail };
}

/** `given` is how long the body or its line is, `maxBytes` how long it may be. */
export function tooLarge(given: string, maxBytes: number): Refusal {
  return refuse("too-large", `${given}, at most ${maxBytes} bytes are taken`);
}

/** What a sender wrote is quoted to that sender alone, and no longer than anyone reads. */
const QUOTED_MAX_CHARACTERS = 200;

export function quoted(given: string): string {
  return given.length > QUOTED_MAX_CHARACTERS ? `${given.slice(0, QUOTED_MAX_CHARACTERS)}…` : given;
}

function trouble(what: string, remedy: string): Trouble {
  return { what, remedy, isOfRing: false };
}

/** 503 is the one code that every client retries (429 and 408 are not retried by some). */
function refusal(
  text: RefusalRule["text"],
  more: Partial<Pick<RefusalRule, "connection" | "isHeld" | "trouble">> = {},
): RefusalRule {
  return {
    kind: "refusal",
    httpStatus: 503,
    code: RpcCode.unavailable,
    text,
    connection: "keep",
    isHeld: false,
    ...more,
  };
}

function rejection(httpStatus: number, code: RefusalRule["code"], text: RefusalRule["text"]): RefusalRule {
  return { kind: "rejection", httpStatus, code, text, connection: "keep", isHeld: false };
}
