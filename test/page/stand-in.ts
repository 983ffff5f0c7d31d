/** Serves the built page and tells it a story, as the agent would. On loopback, at a free port. */
import { readLivePage } from "../../src/live/live-page.ts";
import type { LiveLog, LiveMessages, LiveSpan, LiveState } from "../../src/live/live-data.ts";

/** Records in one message, as many as the agent might tell at once. */
const RECORDS_AT_ONCE = 1000;

export interface Story {
  readonly state: LiveState;
  readonly logs?: readonly LiveLog[];
  readonly spans?: readonly LiveSpan[];
}

export class StandIn {
  readonly #server: Bun.Server<undefined>;
  readonly #clients = new Set<ReadableStreamDefaultController<Uint8Array>>();
  /** What was asked for, in order. */
  readonly asked: string[] = [];
  story: Story;
  #refuses = false;

  constructor(story: Story, port = 0) {
    this.story = story;
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port,
      idleTimeout: 0,
      fetch: (request) => this.#answer(new URL(request.url)),
    });
  }

  get url(): string {
    return this.#server.url.href;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** To all who listen. */
  send<Name extends keyof LiveMessages>(name: Name, message: LiveMessages[Name]): void {
    for (const client of this.#clients) client.enqueue(encoded(name, message));
  }

  /** Ends all connections, and answers 503 from now on or no longer. */
  refuse(refuses: boolean): void {
    this.#refuses = refuses;
    for (const client of this.#clients) client.close();
    this.#clients.clear();
  }

  async stop(): Promise<void> {
    this.refuse(true);
    await this.#server.stop(true);
  }

  async #answer({ pathname, search }: URL): Promise<Response> {
    this.asked.push(pathname + search);
    if (this.#refuses) return new Response("", { status: 503 });
    if (pathname === "/live/events") return this.#events();
    if (pathname !== "/") return new Response("", { status: 404 });
    const { html, headers } = await readLivePage();
    return new Response(html, { headers });
  }

  #events(): Response {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (one) => {
        controller = one;
        this.#clients.add(one);
        one.enqueue(encoded("state", this.story.state));
        const { logs = [], spans = [] } = this.story;
        for (let at = 0; at < logs.length; at += RECORDS_AT_ONCE) {
          one.enqueue(encoded("logs", { records: logs.slice(at, at + RECORDS_AT_ONCE), leftOut: 0 }));
        }
        for (let at = 0; at < spans.length; at += RECORDS_AT_ONCE) {
          one.enqueue(encoded("spans", { records: spans.slice(at, at + RECORDS_AT_ONCE), leftOut: 0 }));
        }
      },
      cancel: () => {
        if (controller !== undefined) this.#clients.delete(controller);
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store" } });
  }
}

function encoded<Name extends keyof LiveMessages>(name: Name, message: LiveMessages[Name]): Uint8Array {
  return new TextEncoder().encode(`event: ${name}\ndata: ${JSON.stringify(message)}\n\n`);
}
