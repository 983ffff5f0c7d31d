import { peerUids } from "../lib/peer-uids.ts";
import { type ControlDeps, type ControlRoute, isLocal } from "./control.ts";
import { foreignReason } from "./local-only.ts";
import { strangerAmong } from "./readers.ts";
import { quoted, type Refusal, refuse } from "./refusals.ts";

/** The page of the agent and what it reads, as the HTTP surface sees it. */
export interface LiveDoor {
  /** The page and its headers. Rejects for a defect only. */
  page(): Promise<{ readonly html: string; readonly headers: Readonly<Record<string, string>> }>;
  /** Streams whose reader has not got their end yet. */
  readonly openStreams: number;
  /** True when it is the secret of this start, which lets its bearer see texts. Takes the same time for every text. */
  isToken(given: string): boolean;
  /** Everything at this moment, as JSON. Without `maySeeTexts` it holds no text of a job. */
  state(maySeeTexts: boolean): string;
  /**
   * A stream of server-sent events that begins with everything, and goes on until its reader cancels it or {@link end}.
   * Undefined when too many are open. A reader that is too slow gets everything anew instead of what it has missed.
   * `gone` fires when the reader's connection has ended, whether it has begun to read or not.
   */
  connect(maySeeTexts: boolean, gone: AbortSignal): ReadableStream<Uint8Array<ArrayBuffer>> | undefined;
  /** Ends every stream, for good. Safe to call twice. */
  end(): void;
}

/** What is behind `/` and `/live/*`. */
export interface LiveRouteOptions {
  readonly door: LiveDoor;
  /** Users that may see texts of a job, beside root and the agent's own: the runner's. Default: none. */
  readonly readerUids?: () => readonly number[];
}

export type LiveDeps = Omit<ControlDeps, "options" | "inFlight"> & { readonly live: LiveRouteOptions };

/** What a state costs, as LoopTurns counts: some milliseconds. */
const STATE_RANK = 256 * 1024;
/** What is told is kept by no cache, and taken for nothing else. */
const HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
} as const;
/** A browser says where a request comes from. What is opened by hand, or is no browser, says `none` or nothing. */
const OWN_SITES: ReadonlySet<string> = new Set(["same-origin", "none"]);

/** The live page, its state, and its events. */
export function liveRoutes(deps: LiveDeps): readonly ControlRoute[] {
  const { door } = deps.live;
  if (deps.stop.aborted) door.end();
  deps.stop.addEventListener("abort", () => door.end(), { once: true });
  const get = { method: "get", allow: "GET, HEAD" } as const;
  return [
    // An exporter that was given the address alone sends here, and has to hear the right paths.
    { method: "get", path: "/", answer: async (request) => page(request, deps) },
    { ...get, path: "/live/state", answer: async (request) => state(request, deps) },
    { ...get, path: "/live/events", answer: async (request) => events(request, deps) },
  ];
}

async function page({ headers }: Request, { live, allowedHosts }: LiveDeps): Promise<Response | Refusal> {
  const foreign = foreignReason(headers, allowedHosts);
  if (foreign !== undefined) return refuse("foreign", foreign);
  const { html, headers: own } = await live.door.page();
  return new Response(html, { headers: own });
}

function state(request: Request, deps: LiveDeps): Response | Refusal | Promise<Response> {
  const foreign = foreignToData(request, deps);
  if (foreign !== undefined) return foreign;
  return deps.turns.run(STATE_RANK, () => {
    const headers = { ...HEADERS, "content-type": "application/json" };
    return new Response(deps.live.door.state(maySeeTexts(request, deps)), { headers });
  });
}

function events(request: Request, deps: LiveDeps): Response | Refusal | Promise<Response | Refusal> {
  const foreign = foreignToData(request, deps);
  if (foreign !== undefined) return foreign;
  if (deps.isStopping()) return refuse("stopping");
  const headers = { ...HEADERS, "content-type": "text/event-stream" };
  if (request.method === "HEAD") return new Response(undefined, { headers });
  // It begins with everything, which is made now.
  return deps.turns.run(STATE_RANK, () => {
    const stream = deps.live.door.connect(maySeeTexts(request, deps), request.signal);
    return stream === undefined ? refuse("live-busy") : new Response(stream, { headers });
  });
}

/**
 * As every page, and further: an image or a script on a page of others comes without an Origin. It could not read the
 * answer, but it would take a place.
 */
function foreignToData({ headers }: Request, { allowedHosts }: LiveDeps): Refusal | undefined {
  const foreign = foreignReason(headers, allowedHosts);
  if (foreign !== undefined) return refuse("foreign", foreign);
  const site = headers.get("sec-fetch-site");
  if (site === null || OWN_SITES.has(site)) return undefined;
  return refuse("foreign", `the Sec-Fetch-Site "${quoted(site)}" is another page; open the agent's own`);
}

/**
 * Whether who asks may see text of a job: root, our own user and the readers, and who has the token; only from this machine.
 * Where several users may have asked, all must be allowed to.
 */
function maySeeTexts(request: Request, { live, peerOf, own, uidsOf = peerUids }: LiveDeps): boolean {
  const peer = peerOf(request);
  if (peer === undefined || !isLocal(peer, own())) return false;
  const token = URL.parse(request.url)?.searchParams.get("token") ?? null;
  if (token !== null && live.door.isToken(token)) return true;
  const uids = uidsOf(peer, own().port) ?? [];
  return uids.length > 0 && strangerAmong(uids, live.readerUids?.() ?? []) === undefined;
}
