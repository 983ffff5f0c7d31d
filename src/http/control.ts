import { isLoopback } from "../lib/http-url.ts";
import { type Peer, peerUids } from "../lib/peer-uids.ts";
import { type Control, FLUSH_WAIT_MAX_MS, FLUSH_WAIT_MS } from "../job-pipeline.ts";
import type { InFlight } from "./in-flight.ts";
import { foreignReason } from "./local-only.ts";
import type { LoopTurns } from "./loop-turns.ts";
import { readBody } from "./read-body.ts";
import { MARK_MAX_BYTES, readMark } from "./read-mark.ts";
import { quoted, type Refusal, refuse } from "./refusals.ts";
import { shownJobs } from "./shown-jobs.ts";

/** What is behind the paths of the control, and who may see the jobs. */
export interface ControlOptions {
  readonly control: Control;
  /** Users that may see what a job has called its steps, beside root and the agent's own: the runner's. Default: none. */
  readonly readerUids?: () => readonly number[];
}

export interface ControlDeps {
  /** Absent: the agent keeps no jobs, and every request is refused. */
  readonly options?: ControlOptions;
  readonly allowedHosts: ReadonlySet<string>;
  readonly inFlight: InFlight;
  readonly turns: LoopTurns;
  readonly isStopping: () => boolean;
  /** Fires when the agent begins to stop: then it delivers everything anyway, and nobody waits for a flush. */
  readonly stop: AbortSignal;
  /** Where the receiver listens. */
  readonly own: () => Peer;
  /** Who sends a request; undefined when its connection has ended. */
  readonly peerOf: (request: Request) => Peer | undefined;
  /** For tests. Default: {@link peerUids}. */
  readonly uidsOf?: typeof peerUids;
}

type Answer = Response | Refusal;

/** One path of the control. */
export interface ControlRoute {
  readonly path: string;
  readonly method: "get" | "post";
  /** For the header `Allow`. Absent: to other methods there is nothing here. */
  readonly allow?: string;
  /** Rejects for a defect of ours only. */
  readonly answer: (request: Request) => Promise<Answer>;
}

/** A machine runs a few jobs at most; more is somebody who asks without end. */
const FLUSHES_MAX = 64;
/** What a look at the list of all connections costs, as {@link LoopTurns} counts: a millisecond or two at worst. */
const JOBS_RANK = 64 * 1024;

/** What the commands `flush`, `mark`, `jobs` and the hooks ask for. From this machine only. */
export function controlRoutes(deps: ControlDeps): readonly ControlRoute[] {
  let flushes = 0;
  const flush = async (request: Request, { control }: ControlOptions): Promise<Answer> => {
    const waitMs = waitOf(request);
    if (waitMs === undefined) return refuse("wait", `wait_ms is none, 0 to ${FLUSH_WAIT_MAX_MS} wanted`);
    if (flushes >= FLUSHES_MAX) return refuse("flush-busy");
    flushes++;
    try {
      const wait = AbortSignal.any([request.signal, deps.stop, AbortSignal.timeout(waitMs)]);
      const { linesLeft } = await control.flush(wait);
      return Response.json({ lines_left: linesLeft });
    } finally {
      flushes--;
    }
  };
  return [
    { path: "/control/flush", method: "post", allow: "POST", answer: guarded(deps, flush) },
    {
      path: "/control/marks",
      method: "post",
      allow: "POST",
      answer: guarded(deps, (request, options) => mark(request, options, deps)),
    },
    {
      path: "/control/jobs",
      method: "get",
      allow: "GET, HEAD",
      answer: guarded(deps, (request, options) => deps.turns.run(JOBS_RANK, () => jobs(request, options, deps))),
    },
  ];
}

type Handler = (request: Request, options: ControlOptions) => Answer | Promise<Answer>;

/** Who asks is looked at before anything else. */
function guarded(deps: ControlDeps, handle: Handler): ControlRoute["answer"] {
  return async (request) => {
    const { options, allowedHosts, isStopping } = deps;
    const foreign = foreignReason(request.headers, allowedHosts);
    if (foreign !== undefined) return refuse("foreign", foreign);
    if (!isLocal(deps.peerOf(request), deps.own())) return refuse("not-local");
    if (options === undefined) return refuse("no-jobs");
    if (isStopping() && request.method === "POST") return refuse("stopping");
    return handle(request, options);
  };
}

/** Whether who asks is on this machine. Who asks the address that we listen on from that very address is on this machine: the kernel lets in no such packet. */
export function isLocal(peer: Peer | undefined, own: Peer): boolean {
  if (peer === undefined) return false;
  const address = peer.address.replace(/^::ffff:(?=\d+\.)/i, "");
  return isLoopback(address) || address === own.address;
}

/** Undefined when it is no number in the range. */
function waitOf({ url }: Request): number | undefined {
  const given = URL.parse(url)?.searchParams.get("wait_ms") ?? String(FLUSH_WAIT_MS);
  return /^\d{1,6}$/.test(given) && Number(given) <= FLUSH_WAIT_MAX_MS ? Number(given) : undefined;
}

async function mark(request: Request, { control }: ControlOptions, { inFlight, turns }: ControlDeps): Promise<Answer> {
  const { headers } = request;
  // A page in a browser cannot send this type without being asked first.
  const contentType = headers.get("content-type") ?? "none";
  if (!/^application\/json\s*(;|$)/i.test(contentType)) {
    return refuse("content-type", `Content-Type "${quoted(contentType)}": send application/json`);
  }
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    return refuse("content-encoding", `decode a mark in "${quoted(encoding)}": send it as it is`);
  }
  const body = await readBody(request, { maxBytes: MARK_MAX_BYTES, inFlight, turns, isOwn: false });
  if ("reason" in body) {
    if (body.reason !== "too-large") return body;
    return refuse("mark-too-large", `it is longer, at most ${MARK_MAX_BYTES} bytes are taken`);
  }
  try {
    const read = readMark(body.bytes, Date.now());
    if ("reason" in read) return read;
    const { traceparent, isInContainer, workflowVariables } = control.mark(read);
    return Response.json({
      ...(traceparent !== undefined && { traceparent }),
      ...(isInContainer === true && { is_in_container: true }),
      ...(workflowVariables !== undefined && { workflow_variables: workflowVariables }),
    });
  } finally {
    body.free();
  }
}

function jobs(request: Request, { control, readerUids }: ControlOptions, deps: ControlDeps): Answer {
  const { peerOf, own, uidsOf = peerUids } = deps;
  const peer = peerOf(request);
  const uids = peer === undefined ? [] : uidsOf(peer, own().port);
  const shown = shownJobs(control.jobs(), uids, readerUids?.() ?? []);
  return "reason" in shown ? shown : Response.json(shown.jobs);
}
