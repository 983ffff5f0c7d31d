import { Elysia } from "elysia";
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

/** A body is never parsed by Elysia: it would read protobuf as a form. */
const RAW = { parse: "none" } as const;
const PATHS = STREAMS.map((stream) => `/v1/${stream}`).join(", ");

/** The HTTP surface. Nothing of Elysia leaves this file. */
export function createApp({ streams, allowedHosts, reports, mark }: AppOptions): App {
  // Elysia else looks for the path behind the first eleven characters of the URL, and a host may have one letter.
  const app = new Elysia({ handler: { standardHostname: false } }).onError(({ request, code }) =>
    onError(request, code),
  );

  for (const stream of STREAMS) {
    const deps = streams[stream];
    app.post(
      `/v1/${stream}`,
      async ({ request }) => {
        const markValue = mark === undefined ? null : request.headers.get(mark.header);
        if (markValue !== null) mark?.seen(markValue);
        return guarded(() => receive(request, deps), deps.counters, request);
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

const PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

function healthResponse(reports: Reports): Response {
  const { body, isUnhealthy } = reports.health();
  return Response.json(body, { status: isUnhealthy ? 503 : 200 });
}

/** A defect of ours must not show its message, nor count as the sender's fault, nor go uncounted. */
async function guarded(
  respond: () => Promise<Response>,
  counters: StreamCounters,
  request: Request,
): Promise<Response> {
  try {
    return await respond();
  } catch {
    counters.reject("internal");
    return onError(request, "UNKNOWN");
  }
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
