/**
 * A stand-in of the WarpBuild backend, as far as the agent speaks to it:
 *
 *     GET {hostUrl}/runners_instance/{id}/presigned_log_upload_url?log-file-name=NAME   → 200 {"url": …}
 *     GET {hostUrl}/runners_instance/{id}/allocation_details                            → 200 {"telemetry_enabled": …}
 *
 * both with `X-POLLING-SECRET`. Failures are `{code, message, description, sub_code, sub_message}`.
 */

/** How the API misbehaves. `wait` is an answer that comes late, `hang` one that never comes. */
export type ApiFault =
  | { readonly kind: "status"; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly kind: "html" }
  /** An error in words of the test's own. */
  | { readonly kind: "error"; readonly status: number; readonly body: string }
  | { readonly kind: "hang" }
  | { readonly kind: "wait"; readonly ms: number }
  /** The URL that was given out last, once more. */
  | { readonly kind: "same-url" };

export interface ApiRequest {
  readonly route: "presigned_log_upload_url" | "allocation_details" | "unknown";
  readonly path: string;
  readonly secret: string | null;
  /** `log-file-name`, for the first route. */
  readonly objectName: string | null;
  readonly atMs: number;
  /** What was answered; undefined while it hangs. */
  status: number | undefined;
}

export interface WarpbuildApiOptions {
  /** Makes the upload URL of an object name. */
  readonly presign: (objectName: string) => string;
  readonly id?: string;
  readonly secret?: string;
}

const BASE_PATH = "/api/v1";

/** Starts at construction, on a free loopback port. `await using` stops it. */
export class WarpbuildApi implements AsyncDisposable {
  readonly id: string;
  readonly secret: string;
  readonly requests: ApiRequest[] = [];
  /** What `allocation_details` says; undefined leaves the key out, which means on. */
  telemetryEnabled: boolean | undefined = true;
  readonly #presign: (objectName: string) => string;
  readonly #server: Bun.Server<undefined>;
  #program: (request: ApiRequest) => ApiFault | undefined = () => undefined;
  #lastUrl: string | undefined;

  constructor({ presign, id = "runner-7f3a", secret = "polling-secret-that-must-not-leak" }: WarpbuildApiOptions) {
    this.id = id;
    this.secret = secret;
    this.#presign = presign;
    this.#server = Bun.serve({ hostname: "127.0.0.1", port: 0, idleTimeout: 0, fetch: (http) => this.#handle(http) });
  }

  /** `agent.host_url` of the settings file. */
  get hostUrl(): string {
    return `http://127.0.0.1:${this.#server.port}${BASE_PATH}`;
  }

  /** Asks `program` what to do to each request from now on. */
  program(program: (request: ApiRequest) => ApiFault | undefined): void {
    this.#program = program;
  }

  heal(): void {
    this.#program = () => undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }

  async #handle(http: Request): Promise<Response> {
    const url = new URL(http.url);
    const seen: ApiRequest = {
      route: this.#routeOf(http.method, url.pathname),
      path: url.pathname,
      secret: http.headers.get("x-polling-secret"),
      objectName: url.searchParams.get("log-file-name"),
      atMs: performance.now(),
      status: undefined,
    };
    this.requests.push(seen);
    const answer = await this.#answer(seen, this.#program(seen));
    seen.status = answer.status;
    return answer;
  }

  async #answer(seen: ApiRequest, fault: ApiFault | undefined): Promise<Response> {
    switch (fault?.kind) {
      case "status":
        return failure(fault.status, "injected", fault.headers);
      case "html":
        return new Response("<html><body>Service temporarily moved</body></html>", {
          headers: { "content-type": "text/html" },
        });
      case "error":
        return new Response(fault.body, { status: fault.status, headers: { "content-type": "application/json" } });
      case "hang":
        return await new Promise<never>(() => {});
      case "wait":
        await Bun.sleep(fault.ms);
        break;
      case "same-url":
      case undefined:
        break;
    }
    if (seen.route === "unknown") return failure(404, "not_found");
    if (seen.secret !== this.secret) return failure(401, "unauthorized");
    if (seen.route === "allocation_details") {
      const enabled = this.telemetryEnabled === undefined ? {} : { telemetry_enabled: this.telemetryEnabled };
      return Response.json({ status: "assigned", ...enabled, runner_instance: { id: this.id } });
    }
    if (seen.objectName === null || seen.objectName === "") return failure(400, "log_file_name_missing");
    const url =
      fault?.kind === "same-url" && this.#lastUrl !== undefined ? this.#lastUrl : this.#presign(seen.objectName);
    this.#lastUrl = url;
    return Response.json({ url });
  }

  #routeOf(method: string, path: string): ApiRequest["route"] {
    const prefix = `${BASE_PATH}/runners_instance/${this.id}/`;
    if (method !== "GET" || !path.startsWith(prefix)) return "unknown";
    const route = path.slice(prefix.length);
    return route === "presigned_log_upload_url" || route === "allocation_details" ? route : "unknown";
  }
}

function failure(status: number, code: string, headers: Readonly<Record<string, string>> = {}): Response {
  const words = { code, message: `${code} (${status})`, description: "", sub_code: "", sub_message: "" };
  return Response.json(words, { status, headers: { ...headers } });
}
