import type { Marks } from "../../src/collector/marks.ts";
import { COLLECTOR_HEADER } from "../../src/collector/supervisor.ts";
import type { LineSink } from "../../src/pipeline.ts";

export interface Received {
  readonly path: string;
  readonly token: string | null;
  readonly contentType: string | null;
  readonly body: string;
}

/** Takes what a collector sends, on a loopback port. `status` other than 200 refuses: nothing is kept then. */
export class StandInReceiver implements AsyncDisposable {
  status = 200;
  refused = 0;
  /** Called with the token of each request, refused ones included. */
  onToken: (token: string | null) => void = () => {};
  /** Of the supervisor, which waits for them at a stop. */
  marks: Marks | undefined;
  readonly received: Received[] = [];
  readonly #server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const bytes = await request.bytes();
      const token = request.headers.get(COLLECTOR_HEADER);
      this.onToken(token);
      if (this.status !== 200) {
        this.refused++;
        return new Response(null, { status: this.status, headers: { "retry-after": "1" } });
      }
      const contentType = request.headers.get("content-type");
      const body = this.#withoutMarks(bytes);
      if (body === undefined) return Response.json({});
      this.received.push({ path: new URL(request.url).pathname, token, contentType, body });
      return Response.json({});
    },
  });

  get port(): number {
    return this.#server.port ?? 0;
  }

  /** All bodies that came to `path`, one behind the other. */
  textOf(path: string): string {
    return this.received.flatMap((one) => (one.path === path ? [one.body] : [])).join("\n");
  }

  /** Every log record's text that came to `path`, in the order of arrival. */
  logLines(path: string): readonly string[] {
    return Array.from(this.textOf(path).matchAll(/"body":\{"stringValue":"([^"]*)"\}/g), ([, line = ""]) => line);
  }

  /** As the agent does it before its ring. Undefined for nothing but marks. */
  #withoutMarks(bytes: Uint8Array): string | undefined {
    let rest: string | undefined;
    const sink: LineSink = {
      lineMaxBytes: bytes.length,
      offer: (line) => {
        rest = Buffer.from(line).toString();
        return "accepted";
      },
    };
    if (this.marks === undefined) return Buffer.from(bytes).toString();
    this.marks.offer(sink, bytes, "own");
    return rest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}
