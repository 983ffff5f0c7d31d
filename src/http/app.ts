import { Elysia } from "elysia";
import { errorText } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import { type Sender, STREAM_TABLE, STREAMS, type Stats, type Stream } from "../pipeline.ts";
import { type Counters, refused } from "./answers.ts";
import { type ControlDeps, controlRoutes } from "./control.ts";
import { type LiveRouteOptions, liveRoutes } from "./live.ts";
import { foreignReason } from "./local-only.ts";
import type { LoopTurns } from "./loop-turns.ts";
import { isGrpc } from "./grpc.ts";
import { receive, type ReceiveDeps } from "./receive.ts";
import { quoted, type Refusal, refuse } from "./refusals.ts";

/** What the agent says of itself; `manager/` gathers it. */
export interface Reports {
  /** The body of `/health`, and whether it is unhealthy (503). */
  health(): { readonly body: Stats; readonly isUnhealthy: boolean };
  stats(): Stats;
  /** Prometheus text exposition format 0.0.4. */
  metrics(): string;
}

/** A request header by which the agent's own senders are known: our collector. */
export interface OwnToken {
  readonly header: string;
  /** A request carries this value. True when it is the secret that only an own sender knows. */
  seen(value: string): boolean;
}

export interface AppOptions {
  readonly turns: LoopTurns;
  readonly streams: Readonly<Record<Stream, ReceiveDeps>>;
  /** Counts what is not taken elsewhere than at the path of a stream. */
  readonly pageCounters: Counters;
  readonly allowedHosts: ReadonlySet<string>;
  readonly reports: Reports;
  readonly ownToken?: OwnToken;
  readonly control: Omit<ControlDeps, "allowedHosts" | "turns" | "inFlight" | "isStopping">;
  /** What is behind `/` and `/live/*`. Absent: nothing is there. */
  readonly live?: LiveRouteOptions;
}

/** Answers every request; never rejects. */
export type App = (request: Request) => Response | Promise<Response>;

const log = logOf("http");

/** A body is never parsed by Elysia: it would read protobuf as a form. */
const RAW = { parse: "none" } as const;
const PATHS = Object.values(STREAM_TABLE)
  .map(({ path }) => path)
  .join(", ");
const PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
/** Messages of defects may differ without end. */
const DEFECTS_TOLD_MAX = 16;

/** The HTTP surface. Nothing of Elysia leaves this file. */
export function createApp(options: AppOptions): App {
  const { turns, streams, pageCounters, allowedHosts, reports, ownToken } = options;
  const tellDefect = onceEach((error) =>
    log.error("A request was answered 500, a defect of ours; said once", {
      error: error instanceof Error ? error.stack : String(error),
    }),
  );
  /** The message of a defect is for the log only. */
  const defect = (request: Request, error: unknown, counters: Counters): Response => {
    tellDefect(error);
    return refused(request, refuse("internal"), counters);
  };
  const take = async (request: Request, stream: Stream): Promise<Response> => {
    const deps = streams[stream];
    try {
      return await receive(request, senderOf(request, ownToken), deps);
    } catch (error) {
      return defect(request, error, deps.counters);
    }
  };
  // Elysia else looks for the path behind the first eleven characters of the URL, and a host may have one letter.
  const app = new Elysia({ handler: { standardHostname: false } }).onError(({ request, code, error }) => {
    if (code !== "NOT_FOUND") return defect(request, error, pageCounters);
    const stream = streamBehindSlashes(request);
    if (stream === undefined) return refused(request, nothingAt(request), pageCounters);
    return request.method === "POST" ? take(request, stream) : wrongMethod(request, "POST", streams[stream].counters);
  });

  for (const { name: stream, path } of Object.values(STREAM_TABLE)) {
    app.post(path, ({ request }) => take(request, stream), RAW);
    app.all(path, ({ request }) => wrongMethod(request, "POST", streams[stream].counters), RAW);
  }

  const pages: readonly [string, () => Response][] = [
    ["/health", () => healthResponse(reports)],
    ["/stats", () => Response.json(reports.stats())],
    ["/metrics", () => new Response(reports.metrics(), { headers: { "content-type": PROMETHEUS } })],
  ];
  for (const [path, respond] of pages) {
    app.get(path, ({ request }) => {
      const foreign = foreignReason(request.headers, allowedHosts);
      return foreign === undefined ? turns.run(0, respond) : refused(request, refuse("foreign", foreign), pageCounters);
    });
    app.all(path, ({ request }) => wrongMethod(request, "GET, HEAD", pageCounters), RAW);
  }

  const { inFlight, isStopping } = streams.logs;
  const control = { ...options.control, allowedHosts, turns, inFlight, isStopping };
  const live = options.live === undefined ? [] : liveRoutes({ ...control, live: options.live });
  for (const route of [...controlRoutes(control), ...live]) {
    const { path, method, allow } = route;
    app[method](
      path,
      async ({ request }) => {
        const answer = await route.answer(request);
        return "reason" in answer ? refused(request, answer, pageCounters) : answer;
      },
      RAW,
    );
    if (allow !== undefined) app.all(path, ({ request }) => wrongMethod(request, allow, pageCounters), RAW);
  }
  return app.fetch;
}

function senderOf(request: Request, ownToken: OwnToken | undefined): Sender {
  const value = ownToken === undefined ? null : request.headers.get(ownToken.header);
  return value !== null && ownToken?.seen(value) === true ? "own" : "other";
}

function healthResponse(reports: Reports): Response {
  const { body, isUnhealthy } = reports.health();
  return Response.json(body, { status: isUnhealthy ? 503 : 200 });
}

function wrongMethod(request: Request, allowed: string, counters: Counters): Response {
  const refusal = refuse("method", `${request.method} ${quoted(pathOf(request))}: use ${allowed}`);
  return refused(request, { ...refusal, headers: { allow: allowed } }, counters);
}

/** gRPC has paths of its own. */
function nothingAt(request: Request): Refusal {
  if (isGrpc(request.headers.get("content-type"))) return refuse("grpc");
  const path = quoted(pathOf(request));
  return refuse("not-found", `${request.method} ${path}: send OTLP to ${PATHS}; see also /health, /stats, /metrics`);
}

/** An endpoint that ends with a slash, and a path that begins with one: some exporters put them together. */
function streamBehindSlashes(request: Request): Stream | undefined {
  const path = pathOf(request)
    .replace(/\/{2,}/g, "/")
    .replace(/\/$/, "");
  return STREAMS.find((stream) => path === STREAM_TABLE[stream].path);
}

/** With a `Host` that is no host, Bun gives a URL that is none. */
function pathOf({ url }: Request): string {
  return URL.parse(url)?.pathname ?? url;
}

/** Hands on an error once per message: a defect may show at every request. */
function onceEach(tell: (error: unknown) => void): (error: unknown) => void {
  const told = new Set<string>();
  return (error) => {
    const message = errorText(error);
    if (told.has(message) || told.size >= DEFECTS_TOLD_MAX) return;
    told.add(message);
    tell(error);
  };
}
