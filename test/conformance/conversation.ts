import type { Encoding } from "../../src/otlp/export-request.ts";
import type { Stream } from "../../src/pipeline.ts";
import type { Agent } from "../support/agent.ts";
import { valueAt } from "../support/json.ts";
import { linesOf } from "../support/lines.ts";
import { startAgent } from "../support/start-agent.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

/** One request as a sender makes it. */
export interface Sent {
  readonly encoding: Encoding;
  readonly body: string | Uint8Array;
  /** Default logs. */
  readonly stream?: Stream;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What became of it: the answer, what `/stats` counted for it, and the line in its stream's objects. */
export interface Exchange {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: Uint8Array;
  /** Undefined when nothing was stored. */
  readonly line: string | undefined;
  readonly items: number;
  readonly notes: Readonly<Record<string, number>>;
}

export const CONTENT_TYPES = { json: "application/json", protobuf: "application/x-protobuf" } as const;
export const ENCODINGS = ["json", "protobuf"] as const;

/**
 * Requests sent one after another to one agent, which is then stopped and its objects read: so each test can look at
 * the answer and at the stored line of its own request.
 */
export class Conversation implements AsyncDisposable {
  readonly store: FolderStore;
  readonly #exchanges: ReadonlyMap<string, Exchange>;

  private constructor(store: FolderStore, exchanges: ReadonlyMap<string, Exchange>) {
    this.store = store;
    this.#exchanges = exchanges;
  }

  /** Sends every request of `requests`, which are told apart by name. Rejects unless the agent delivers everything. */
  static async of(requests: Readonly<Record<string, Sent>>, flags: readonly string[] = []): Promise<Conversation> {
    const store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base, flags);
    const before = new Map<string, { exchange: Omit<Exchange, "line">; stream: Stream; lineNumber: number }>();
    for (const [name, sent] of Object.entries(requests)) {
      const stream = sent.stream ?? "logs";
      const counted = await countsOf(agent, stream);
      const answer = await send(agent, sent);
      const body = await answer.bytes();
      const now = await countsOf(agent, stream);
      const exchange = {
        status: answer.status,
        contentType: answer.headers.get("content-type"),
        body,
        items: now.items - counted.items,
        notes: difference(now.notes, counted.notes),
      };
      before.set(name, { exchange, stream, lineNumber: now.requests > counted.requests ? counted.requests : -1 });
    }
    const { code, log } = await agent.stop();
    if (code !== 0) throw new Error(`Cannot read the objects: the agent ended with ${code}, 0 wanted\n${log}`);
    const objects = await store.objects();
    const exchanges = [...before].map(([name, { exchange, stream, lineNumber }]) => {
      // A ring is a queue: the nth line that was accepted is the nth line of the stream's objects.
      const line = lineNumber < 0 ? undefined : linesOf(objects, stream)[lineNumber];
      return [name, { ...exchange, line }] as const;
    });
    return new Conversation(store, new Map(exchanges));
  }

  about(name: string): Exchange {
    const exchange = this.#exchanges.get(name);
    if (exchange === undefined) throw new Error(`Cannot find "${name}": no such request was sent`);
    return exchange;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
  }
}

/** POSTs it to its stream's path, on a connection of its own. */
export function send(agent: Agent, { encoding, body, stream = "logs", headers }: Sent): Promise<Response> {
  return agent.post(`/v1/${stream}`, body, { "content-type": CONTENT_TYPES[encoding], ...headers });
}

export interface Counts {
  readonly requests: number;
  readonly items: number;
  readonly notes: Readonly<Record<string, number>>;
}

/** What `/stats` has counted for a stream so far. */
export async function countsOf(agent: Agent, stream: Stream): Promise<Counts> {
  const counted = valueAt(await agent.stats(), "streams", stream);
  return {
    requests: Number(valueAt(counted, "accepted_requests")),
    items: Number(valueAt(counted, "accepted_items")),
    notes: numbersOf(valueAt(counted, "notes")),
  };
}

function difference(now: Readonly<Record<string, number>>, before: Readonly<Record<string, number>>) {
  const grown = Object.entries(now).map(([reason, count]) => [reason, count - (before[reason] ?? 0)] as const);
  return Object.fromEntries(grown.filter(([, count]) => count !== 0));
}

function numbersOf(value: unknown): Record<string, number> {
  const entries = Object.entries(typeof value === "object" && value !== null ? value : {});
  return Object.fromEntries(entries.map(([key, count]: [string, unknown]) => [key, Number(count)]));
}
