import { describe, expect, test } from "bun:test";
import { LiveFeed, SILENT_MAX_MS } from "../../src/top/live-feed.ts";
import { eventually } from "../support/eventually.ts";
import { TestClock } from "../support/test-clock.ts";

/** A connection of which the test is the agent. */
class Connection {
  readonly stream: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  isCancelled = false;

  constructor() {
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => {
        this.isCancelled = true;
      },
    });
  }

  say(text: string): void {
    this.#controller?.enqueue(new TextEncoder().encode(text));
  }

  end(): void {
    this.#controller?.close();
  }
}

class Played {
  readonly clock = new TestClock();
  readonly stop = new AbortController();
  readonly messages: string[] = [];
  readonly lost: string[] = [];
  readonly connections: Connection[] = [];
  /** Why the next attempts fail; undefined: they do not. */
  refusal: string | undefined;
  readonly feed = new LiveFeed({
    open: () => this.#open(),
    onMessage: (name, json) => {
      if (json === "bad") throw new Error("it says what nobody knows");
      this.messages.push(`${name}:${json}`);
    },
    onLost: (reason) => this.lost.push(reason),
    clock: this.clock,
    stop: this.stop.signal,
  });
  readonly ended = this.feed.follow();

  get connection(): Connection | undefined {
    return this.connections.at(-1);
  }

  async #open(): Promise<ReadableStream<Uint8Array>> {
    if (this.refusal !== undefined) throw new Error(this.refusal);
    const connection = new Connection();
    this.connections.push(connection);
    return connection.stream;
  }

  async said(text: string, count: number): Promise<void> {
    this.connection?.say(text);
    await eventually("the message", () => this.messages.length === count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    await this.ended;
  }
}

describe("LiveFeed", () => {
  test("reads messages, in whatever pieces they come, and no comments", async () => {
    await using played = new Played();
    await played.said('event: state\nretry: 2000\ndata: {"a":1}\n\n: \n\nevent: lo', 1);
    await played.said('gs\ndata: {"b":"中"}\n\n', 2);
    expect(played.messages).toEqual(['state:{"a":1}', 'logs:{"b":"中"}']);
  });

  test("connects again after the agent has gone, later each time, and at once when it was there", async () => {
    await using played = new Played();
    await played.said("event: state\ndata: 1\n\n", 1);
    played.refusal = "nobody listens";
    played.connection?.end();
    await eventually("the loss", () => played.lost.length === 1);
    const waits: number[] = [];
    for (const attempts of [2, 3, 4, 5]) {
      const fromMs = played.clock.nowMs();
      await eventually("an attempt", () => {
        played.clock.pass(500);
        return played.lost.length === attempts;
      });
      waits.push(played.clock.nowMs() - fromMs);
    }
    expect(played.lost).toEqual(["it has ended the connection", ...Array.from({ length: 4 }, () => "nobody listens")]);
    expect(waits.toSorted((a, b) => a - b)).toEqual(waits);
    played.refusal = undefined;
    await eventually("a connection", () => {
      played.clock.pass(1000);
      return played.connections.length === 2;
    });
    await played.said("event: sample\ndata: 2\n\n", 2);
  });

  test("gives up a connection on which nothing comes, and not one with heartbeats", async () => {
    await using played = new Played();
    await played.said("event: state\ndata: 1\n\n", 1);
    for (let heartbeats = 0; heartbeats < 4; heartbeats++) {
      played.clock.pass(SILENT_MAX_MS / 2);
      await played.said(": \n\nevent: sample\ndata: 2\n\n", 2 + heartbeats);
    }
    expect(played.lost).toEqual([]);
    played.clock.pass(SILENT_MAX_MS * 1.5);
    await eventually("the loss", () => played.lost.length === 1);
    expect(played.lost).toEqual(["nothing has come for 20 s"]);
    expect(played.connections[0]?.isCancelled).toBe(true);
  });

  test("gives up an agent that says what nobody knows, or without end", async () => {
    await using played = new Played();
    await eventually("a connection", () => played.connections.length === 1);
    played.connection?.say("event: state\ndata: bad\n\n");
    await eventually("the loss", () => played.lost.length === 1);
    expect(played.lost[0]).toBe("it says what nobody knows");
    await eventually("a connection", () => {
      played.clock.pass(1000);
      return played.connections.length === 2;
    });
    const piece = `data: ${"x".repeat(16 * 1024 * 1024)}`;
    await eventually("the second loss", () => {
      if (played.connection?.isCancelled === false) played.connection.say(piece);
      return played.lost.length === 2;
    });
    expect(played.lost[1]).toContain("buffer");
  });

  test("begins anew when it is asked to, and says nothing of it", async () => {
    await using played = new Played();
    await played.said("event: state\ndata: 1\n\n", 1);
    played.feed.renew();
    await eventually("a connection", () => played.connections.length === 2);
    await played.said("event: state\ndata: 2\n\n", 2);
    expect(played.lost).toEqual([]);
  });

  test("ends at the stop, with all that it has begun", async () => {
    const played = new Played();
    await played.said("event: state\ndata: 1\n\n", 1);
    played.stop.abort();
    await played.ended;
    expect(played.connection?.isCancelled).toBe(true);
    expect(played.clock.timers).toBe(0);
    expect(played.lost).toEqual([]);
  });
});
