import { Elysia } from "elysia";
import { errorText } from "../lib/error-text.ts";
import { logOf } from "../lib/log.ts";
import { STREAMS, type Stats, type Stream } from "../pipeline.ts";
import { failure, RpcCode } from "./answers.ts";
import type { StreamCounters } from "./counters.ts";
import { foreignReason } from "./local-only.ts";
import { encodingOf } from "./media-type.ts";
import { receive, type ReceiveDeps } from "./receive.ts";

/** What the agent says of itself; `manager/` gathers it. */
export interface Reports {
  /** The body of `/health`, and whether it is unhealthy (503). */
  health(): { readonly body: Stats; readonly isUnhealthy: boolean };
  stats(): Stats;
  /** Prometheus text exposition format 0.0.4. */
  metrics(): string;
}

/** A request header by which the collector's own requests are known. */
export interface Mark {
  readonly header: string;
  seen(value: string): void;
}

export interface AppOptions {
  readonly streams: Readonly<Record<Stream, ReceiveDeps>>;
  readonly allowedHosts: ReadonlySet<string>;
  readonly reports: Reports;
  readonly mark?: Mark;
}

/** Answers every request; never rejects. */
export type App = (request: Request) => Response | Promise<Response>;

const log = logOf("http");

/** A body is never parsed by Elysia: it would read protobuf as a form. */
const RAW = { parse: "none" } as const;
const PATHS = STREAMS.map((stream) => `/v1/${stream}`).join(", ");

/** The HTTP surface. Nothing of Elysia leaves this file. */
export function createApp({ streams, allowedHosts, reports, mark }: AppOptions): App {
  const tellDefect = onceEach((error) =>
    log.error("A request was answered 500, a defect of ours; said once", {
      error: error instanceof Error ? error.stack : String(error),
    }),
  );
  // Elysia else looks for the path behind the first eleven characters of the URL, and a host may have one letter.
  const app = new Elysia({ handler: { standardHostname: false } }).onError(({ request, code, error }) => {
    if (code !== "NOT_FOUND") tellDefect(error);
    return onError(request, code);
  });

  for (const stream of STREAMS) {
    const deps = streams[stream];
    app.post(
      `/v1/${stream}`,
      async ({ request }) => {
        const markValue = mark === undefined ? null : request.headers.get(mark.header);
        if (markValue !== null) mark?.seen(markValue);
        try {
          return await receive(request, deps);
        } catch (error) {
          deps.counters.reject("internal");
          throw error;
        }
      },
      RAW,
    );
    app.all(`/v1/${stream}`, ({ request }) => wrongMethod(request, "POST", deps.counters), RAW);
  }
  const page = (request: Request, respond: () => Response): Response => {
    const foreign = foreignReason(request.headers, allowedHosts);
    if (foreign === undefined) return respond();
    const message = `Cannot answer: ${foreign}`;
    return failure(undefined, { httpStatus: 403, code: RpcCode.permissionDenied, message });
  };
  const pages: readonly [string, () => Response][] = [
    ["/health", () => healthResponse(reports)],
    ["/stats", () => Response.json(reports.stats())],
    ["/metrics", () => new Response(reports.metrics(), { headers: { "content-type": PROMETHEUS } })],
  ];
  for (const [path, respond] of pages) {
    app.get(path, ({ request }) => page(request, respond));
    app.all(path, ({ request }) => wrongMethod(request, "GET, HEAD"), RAW);
  }
  return app.fetch;
}

/** Messages may differ without end. */
const DEFECTS_TOLD_MAX = 16;
const PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

function healthResponse(reports: Reports): Response {
  const { body, isUnhealthy } = reports.health();
  return Response.json(body, { status: isUnhealthy ? 503 : 200 });
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

function wrongMethod(request: Request, allowed: string, counters?: StreamCounters): Response {
  counters?.reject("method");
  return failure(encodingOf(request.headers.get("content-type")), {
    httpStatus: 405,
    code: RpcCode.unimplemented,
    message: `Cannot ${request.method} ${pathOf(request)}: use ${allowed}`,
    headers: { allow: allowed },
  });
}

/** The message of a defect is for the log only. */
function onError(request: Request, code: string | number): Response {
  const encoding = encodingOf(request.headers.get("content-type"));
  if (code !== "NOT_FOUND") {
    return failure(encoding, {
      httpStatus: 500,
      code: RpcCode.internal,
      message: "Cannot take the request: internal error",
    });
  }
  const message = `Cannot find ${request.method} ${pathOf(request)}: send OTLP to ${PATHS}; see also /health, /stats, /metrics`;
  return failure(encoding, { httpStatus: 404, code: RpcCode.notFound, message });
}

/** With a `Host` that is no host, Bun gives a URL that is none. */
function pathOf({ url }: Request): string {
  return URL.parse(url)?.pathname ?? url;
}
