import { describe, expect, test } from "bun:test";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { HEARTBEAT_EVERY_TICKS, Live, SAVE_EVERY_MS } from "../../src/live/live.ts";
import { READERS_MAX, STRANGERS_MAX } from "../../src/live/live-readers.ts";
import type { LiveSources } from "../../src/live/live-state.ts";
import type { TailedStream } from "../../src/live/tails.ts";
import { valueAt } from "../support/json.ts";
import { TempDir } from "../support/temp-dir.ts";
import { TestClock } from "../support/test-clock.ts";
import { logLine, spanLine } from "./otlp-line.ts";
import { readingAt } from "./readings.ts";
import { SECRET, sourcesOf } from "./sources.ts";
import { loopTurns } from "../support/turns.ts";

const STAYS = new AbortController().signal;

type Listener = (stream: TailedStream, line: Uint8Array) => void;

class Fixture {
  readonly clock = new TestClock();
  listener: Listener | undefined;
  held = "";
  accepted = 0;
  restarts = 0;
  readonly live: Live;

  constructor(change: Partial<LiveSources> = {}) {
    this.live = new Live({
      sources: sourcesOf(change),
      lines: {
        watch: (listener) => {
          this.listener = listener;
        },
        newest: (stream) => (stream === "logs" ? Buffer.from(this.held) : new Uint8Array()),
        countOf: (stream) => (stream === "logs" ? this.accepted : 0),
      },
      clock: this.clock,
      wallMs: () => 1_795_764_308_000 + this.clock.nowMs(),
    });
  }

  /** Each call gives the messages of one chunk. */
  reader(maySeeTexts: boolean, gone: AbortSignal = STAYS) {
    const reader = this.live.connect(maySeeTexts, gone)?.getReader();
    if (reader === undefined) throw new Error("too many");
    const next = async (): Promise<readonly (readonly [name: string, data: unknown])[]> => {
      const { value } = await reader.read();
      if (value === undefined) return [["end", undefined]];
      return messagesIn(Buffer.from(value).toString());
    };
    return { next, cancel: () => reader.cancel() };
  }
}

function messagesIn(text: string): [string, unknown][] {
  return text
    .split("\n\n")
    .filter((message) => message !== "")
    .map((message) => {
      const data = /^data: (.*)$/m.exec(message)?.[1];
      return [/^event: (.*)$/m.exec(message)?.[1] ?? message, data === undefined ? undefined : JSON.parse(data)];
    });
}

function seriesOf(live: Live): unknown {
  return valueAt(JSON.parse(live.state(false)), "series", "values", "cpu.mean", "max");
}

describe("Live", () => {
  test("does nothing while nobody looks: no timer, and no line", async () => {
    const { live, clock, reader, listener } = bound(new Fixture());
    expect([clock.timers, listener()]).toEqual([0, undefined]);
    const stranger = reader(false);
    await stranger.next();
    expect([clock.timers, listener()]).toEqual([1, undefined]);
    const own = reader(true);
    expect(listener()).toBeDefined();
    await own.cancel();
    expect([clock.timers, listener()]).toEqual([1, undefined]);
    await stranger.cancel();
    expect([clock.timers, live.openStreams]).toEqual([0, 0]);
  });

  test("tells everything, each sample, and what has changed, to each what it may see", async () => {
    let name = `${SECRET} 1`;
    const { live, clock, reader } = bound(new Fixture({ jobs: () => ({ jobs: [{ name }] }) }));
    const readers = [reader(true), reader(false)];
    const first = await Promise.all(readers.map(({ next }) => next()));
    expect(first.map((messages) => messages.map(([event]) => event))).toEqual([["state"], ["state"]]);
    expect(first.map((messages) => valueAt(messages[0]?.[1], "maySeeTexts"))).toEqual([true, false]);
    expect([JSON.stringify(first[0]).includes(SECRET), JSON.stringify(first[1]).includes(SECRET)]).toEqual([
      true,
      false,
    ]);

    live.onReading(readingAt(9, { cpuMean: 0.25 }));
    for (const { next } of readers) {
      expect((await next())[0]).toEqual(["sample", { atMs: 9, values: { "cpu.mean": 0.25 } }]);
    }

    clock.pass(2000);
    for (const { next } of readers) expect((await next())[0]?.[0]).toBe("change");
    name = `${SECRET} 2`;
    clock.pass(2000);
    const [change] = (await readers[0]?.next()) ?? [];
    expect(change?.[0]).toBe("change");
    expect(Object.keys(Object(change?.[1]))).toEqual(["jobs"]);
    expect(JSON.stringify(change)).toContain(name);
    // For the other nothing has changed: the next thing it hears is the heartbeat.
    clock.pass(1000 * (HEARTBEAT_EVERY_TICKS - 4));
    expect((await readers[1]?.next())?.[0]).toEqual([": ", undefined]);
  });

  test("tells logs to who may see them, from the lines that are held on", async () => {
    const fixture = new Fixture();
    fixture.held = `${logLine("held").toString()}\n`;
    const { clock, reader, listener } = bound(fixture);
    const [own, stranger] = [reader(true), reader(false)];
    const first = await own.next();
    expect(first.map(([event]) => event)).toEqual(["state", "logs"]);
    expect(valueAt(first[1]?.[1], "records", 0, "text")).toBe("held");
    await stranger.next();
    listener()?.("logs", logLine(SECRET));
    clock.pass(1000);
    const [logs] = await own.next();
    expect([logs?.[0], valueAt(logs?.[1], "records", 0, "text"), valueAt(logs?.[1], "leftOut")]).toEqual([
      "logs",
      SECRET,
      0,
    ]);
    clock.pass(1000);
    expect((await stranger.next())[0]?.[0]).toBe("change");
    // A second reader begins with what the first has seen, and hears nothing of it twice.
    const later = reader(true);
    const whole = await later.next();
    expect(JSON.stringify(whole[1])).toContain(SECRET);
    await later.cancel();
    await own.cancel();
  });

  test("tells spans to who may see texts, and nobody else", async () => {
    const { clock, reader, listener } = bound(new Fixture());
    const [own, stranger] = [reader(true), reader(false)];
    await own.next();
    await stranger.next();
    listener()?.("traces", spanLine(SECRET));
    clock.pass(1000);
    const [spans] = await own.next();
    expect([spans?.[0], valueAt(spans?.[1], "records", 0, "name")]).toEqual(["spans", SECRET]);
    clock.pass(1000);
    expect((await stranger.next())[0]?.[0]).toBe("change");
    const later = await reader(true).next();
    expect(later.map(([event]) => event)).toEqual(["state", "spans"]);
    expect(JSON.stringify(later[1])).toContain(SECRET);
  });

  test("says when there were lines before those that are held", async () => {
    const fixture = new Fixture();
    fixture.held = `${logLine("held").toString()}\n`;
    fixture.accepted = 1;
    const all = fixture.reader(true);
    expect(valueAt((await all.next())[1]?.[1], "hasEarlier")).toBeUndefined();
    await all.cancel();
    fixture.accepted = 2;
    expect(valueAt((await fixture.reader(true).next())[1]?.[1], "hasEarlier")).toBe(true);
  });

  test("takes so many readers and no more, and keeps places for who may see texts", async () => {
    const { live, reader } = bound(new Fixture());
    const strangers = Array.from({ length: STRANGERS_MAX }, () => reader(false));
    expect(live.connect(false, STAYS)).toBeUndefined();
    const own = Array.from({ length: READERS_MAX - STRANGERS_MAX }, () => reader(true));
    expect(live.connect(true, STAYS)).toBeUndefined();
    await own[0]?.cancel();
    expect(live.connect(true, STAYS)).toBeDefined();
    await strangers[0]?.cancel();
    expect(live.openStreams).toBe(READERS_MAX - 1);
  });

  test("frees a reader whose connection ended before it had read", () => {
    const { live, clock, reader } = bound(new Fixture());
    const gone = new AbortController();
    reader(true, gone.signal);
    expect(live.openStreams).toBe(1);
    gone.abort();
    expect([live.openStreams, clock.timers]).toEqual([0, 0]);
    expect(live.connect(true, gone.signal)).toBeUndefined();
  });

  test("end() ends everybody, and the work", async () => {
    const { live, clock, reader, listener } = bound(new Fixture());
    const [waiting, unread] = [reader(true), reader(false)];
    await waiting.next();
    const next = waiting.next();
    await loopTurns();
    live.end();
    live.end();
    expect(await next).toEqual([["end", undefined]]);
    expect([live.openStreams, clock.timers, listener()]).toEqual([1, 0, undefined]);
    live.onReading(readingAt(9));
    expect(await unread.next()).toEqual([["end", undefined]]);
    expect(live.openStreams).toBe(0);
    expect(live.connect(true, STAYS)).toBeUndefined();
  });

  test("knows its token from others", () => {
    using folder = new TempDir("live");
    const { live } = bound(new Fixture());
    expect(live.isToken("")).toBe(false);
    live.open({ folder: HeldFolder.open(folder.path), token: "abc" });
    expect(["abc", "abd", "ab", "abcd", ""].map((given) => live.isToken(given))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  test("saves at most every ten seconds and at the end, and the next run goes on with it", () => {
    using folder = new TempDir("live");
    const held = HeldFolder.open(folder.path);
    const home = { folder: held, token: undefined, bootId: "b" };
    const opened = (endedWell?: boolean): Fixture => {
      const fixture = new Fixture();
      fixture.live.open({ ...home, endedWell });
      return fixture;
    };
    const { live, clock } = opened();
    clock.pass(SAVE_EVERY_MS - 1);
    live.onReading(readingAt(1000, { cpuMean: 0.1 }));
    expect(seriesOf(opened().live)).toBeUndefined();
    clock.pass(1);
    live.onReading(readingAt(2000, { cpuMean: 0.2 }));
    live.onReading(readingAt(10_000, { cpuMean: 0.9 }));
    // As after a kill: what came since the last saving is lost.
    const crashed = opened(false).live;
    expect(seriesOf(crashed)).toEqual([0.2]);
    expect(valueAt(JSON.parse(crashed.state(true)), "events", 0)).toMatchObject({
      name: "warp_telemetry.restart",
      severity: "warn",
    });
    live.close();
    live.close();
    expect(seriesOf(opened(true).live)).toEqual([0.2, null, null, null, 0.9]);
  });
});

/** The fixture's parts, by short names. */
function bound(fixture: Fixture) {
  const { live, clock } = fixture;
  const reader = (maySeeTexts: boolean, gone?: AbortSignal) => fixture.reader(maySeeTexts, gone);
  return { live, clock, reader, listener: () => fixture.listener };
}
