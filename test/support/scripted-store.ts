/** A store whose answers a test writes down, for what no real store can be made to say. */
export interface StoreRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

export type StoreScript = (request: StoreRequest, count: number) => Response | Promise<Response>;

/** As S3 answers when it has stored. */
export function stored(headers: Readonly<Record<string, string>> = { etag: '"x"', "x-amz-request-id": "1" }): Response {
  return new Response("", { headers: { ...headers } });
}

/** An error as S3 writes it. */
export function storeError(
  status: number,
  code: string,
  {
    message = "m",
    extra = "",
    headers = {},
  }: { message?: string; extra?: string; headers?: Record<string, string> } = {},
): Response {
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${extra}</Error>`;
  return new Response(text, { status, headers: { "content-type": "application/xml", ...headers } });
}

/** As a portal or a proxy answers in the place of a store. */
export function page(status: number, headers: Readonly<Record<string, string>> = {}): Response {
  const text = "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>Log in</body></html>";
  return new Response(text, { status, headers: { "content-type": "text/html", ...headers } });
}

/** Starts at construction, on a free loopback port. `await using` stops it. */
export class ScriptedStore implements AsyncDisposable {
  readonly requests: StoreRequest[] = [];
  readonly #server: Bun.Server<undefined>;
  readonly #scheme: string;
  #script: StoreScript;

  /** With `tls` it speaks https, by the certificate of `localhost`. */
  constructor(script: StoreScript = () => stored(), tls?: { readonly cert: string; readonly key: string }) {
    this.#script = script;
    this.#scheme = tls === undefined ? "http" : "https";
    this.#server = Bun.serve({
      ...(tls === undefined ? {} : { tls }),
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (http) => {
        const { method, headers } = http;
        const request = { method, path: new URL(http.url).pathname, headers, body: await http.text() };
        this.requests.push(request);
        return await this.#script(request, this.requests.length);
      },
    });
  }

  get origin(): string {
    return `${this.#scheme}://127.0.0.1:${this.#server.port}`;
  }

  /** Answers by `script` from now on. */
  script(script: StoreScript): void {
    this.#script = script;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}
