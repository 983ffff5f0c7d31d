import { describe, expect, test } from "bun:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Decoded, Form } from "../../src/http/decode-body.ts";
import { DecodeThread, type Job, type ThreadEvents } from "../../src/http/decode-thread.ts";
import { Decoder, type Task } from "../../src/http/decoder.ts";
import { LoopTurns } from "../../src/http/loop-turns.ts";
import { WorkerQueue } from "../../src/http/worker-queue.ts";
import { delimited } from "../fuzz/protobuf-bodies.ts";
import { logsJson } from "./fixture.ts";

const MIB = 1024 * 1024;

/** A decoder whose turns are ended by hand and whose Worker is asked, but is none. */
class Here {
  nowMs = 0;
  /** Bodies that had to wait. */
  waited = 0;
  /** What the Worker was given: how long it was, and whether for the slow half of the codec. */
  readonly given: Pick<Job, "isSlow">[] = [];
  readonly next: (() => void)[] = [];
  readonly turns = new LoopTurns({ nowMs: () => this.nowMs, nextTurn: (run) => this.next.push(run) });
  readonly #decoder: Decoder;

  constructor() {
    const start = (events: ThreadEvents) => ({
      post: ({ isSlow }: Job): void => {
        this.given.push({ isSlow });
        events.message({
          kind: "decoded",
          request: { line: Buffer.from("by the Worker"), items: 0, enumMax: 0, notes: {} },
        });
      },
      end: () => {},
    });
    const queue = new WorkerQueue({ thread: new DecodeThread({ start }) });
    this.#decoder = new Decoder({ turns: this.turns, queue, onBody: () => {}, onWait: () => this.waited++ });
  }

  /** The line that is stored for a body, or why there is none. */
  async decode(
    body: string | Uint8Array,
    change: Partial<Form> = {},
    more: Partial<Task<string>> = {},
  ): Promise<string> {
    const bytes = new Uint8Array(typeof body === "string" ? Buffer.from(body) : body);
    const form: Form = {
      signal: "logs",
      encoding: "json",
      contentEncoding: "identity",
      charset: "utf-8",
      maxRequestBytes: 16 * MIB,
      lineMaxBytes: 16 * MIB,
      nestingMax: 100,
      ...change,
    };
    return this.#decoder.decode({
      body: { bytes, wait: () => {}, start: () => {}, free: () => {} },
      form,
      sender: "other",
      gone: () => new AbortController().signal,
      store: textOf,
      ...more,
    });
  }
}

function cutAtOnce(onCut: (reason: "in-flight-full") => void): void {
  onCut("in-flight-full");
}

function textOf(decoded: Decoded): string {
  return decoded.kind === "refused" ? decoded.refusal.reason : Buffer.from(decoded.request.line ?? []).toString();
}

const gzip = { contentEncoding: "gzip" } as const;
/** Not plain: OTLP does not know its key. */
const odd = (length: number): string => `{"logs":[{"body":"${"x".repeat(length)}"}]}`;

describe("Decoder.decode() works on the event loop for", () => {
  test.each<[string, string | Uint8Array, Partial<Form>, string]>([
    ["a plain body of up to 512 KiB", logsJson("x".repeat(524_000)), {}, logsJson("x".repeat(524_000))],
    ["one that is compressed", gzipSync(logsJson("x".repeat(500_000))), gzip, logsJson("x".repeat(500_000))],
    ["one whose length nobody claims", zstdCompressSync(logsJson("x")), { contentEncoding: "zstd" }, logsJson("x")],
    ["a short body for the slow half of the codec", odd(8000), {}, odd(8000)],
    ["what is refused", "{", {}, "bad-data"],
    ["what is not compressed as it says", "{}", gzip, "content-encoding"],
    [
      "what grows beyond the limit",
      gzipSync(logsJson("x".repeat(5000))),
      { ...gzip, maxRequestBytes: 4000 },
      "too-large",
    ],
  ])("%s", async (_, body, change, stored) => {
    const here = new Here();
    expect(await here.decode(body, change)).toBe(stored);
    expect(here.given).toEqual([]);
  });
});

describe("Decoder.decode() leaves to the Worker", () => {
  test.each<[string, string | Uint8Array, Partial<Form>, boolean]>([
    ["a longer body", logsJson("x".repeat(525_000)), {}, false],
    ["one that claims to be that long decompressed", gzipSync(logsJson("x".repeat(MIB))), gzip, false],
    [
      "one that claims less than it is",
      Buffer.concat([gzipSync(logsJson("x".repeat(MIB))).subarray(0, -4), Buffer.from([9, 0, 0, 0])]),
      gzip,
      false,
    ],
    ["a compressed body that is long itself", new Uint8Array(300_000), { contentEncoding: "zstd" }, false],
    ["a longer body for the slow half of the codec", odd(9000), {}, true],
    [
      "protobuf whose line is long",
      // A histogram's explicit bounds, 60,000 doubles in eight bytes each.
      histogram(new Uint8Array(new Float64Array(60_000).fill(Math.PI).buffer)),
      { signal: "metrics", encoding: "protobuf" },
      false,
    ],
  ])("%s", async (_, body, change, isSlow) => {
    const here = new Here();
    expect(await here.decode(body, change)).toBe("by the Worker");
    expect(here.given).toEqual([{ isSlow }]);
  });

  test("and does not store what its sender has given up meanwhile", async () => {
    const here = new Here();
    const abort = new AbortController();
    const decoding = here.decode(logsJson("x".repeat(MIB)), {}, { gone: () => abort.signal });
    abort.abort();
    expect(await decoding).toBe("broken-off");
  });
});

describe("Decoder.decode() in a turn that has lasted long enough", () => {
  test("waits for the next one, and may lose its room meanwhile", async () => {
    const here = new Here();
    void here.turns.run(10_000, () => (here.nowMs += 10));
    here.nowMs += 10;
    const stored: string[] = [];
    const store = (decoded: Decoded): string => {
      stored.push(textOf(decoded));
      return textOf(decoded);
    };
    const line = logsJson("x".repeat(200_000));
    const bytes = new Uint8Array(Buffer.from(line));
    const cut = here.decode("", {}, { store, body: { bytes, wait: cutAtOnce, start: () => {}, free: () => {} } });
    const waiting = here.decode(line, {}, { store });
    expect(await cut).toBe("in-flight-full");
    expect(stored).toEqual(["in-flight-full"]);
    for (const run of here.next.splice(0)) run();
    expect(await waiting).toBe(line);
  });

  test("does not store what its sender has given up meanwhile", async () => {
    const here = new Here();
    void here.turns.run(10_000, () => (here.nowMs += 10));
    here.nowMs += 10;
    const abort = new AbortController();
    const waiting = here.decode(logsJson("x".repeat(200_000)), {}, { gone: () => abort.signal });
    expect(here.waited).toBe(1);
    abort.abort();
    for (const run of here.next.splice(0)) run();
    expect(await waiting).toBe("broken-off");
  });
});

function histogram(bounds: Uint8Array): Uint8Array {
  return [1, 2, 2, 9, 1, 7].toReversed().reduce((payload: Uint8Array, field) => delimited(field, payload), bounds);
}
