import { Terminal as Emulator } from "@xterm/headless";
import { describe, expect, test } from "bun:test";
import type { LiveMessages } from "../../src/live/live-data.ts";
import { keepSecret } from "../../src/lib/mask.ts";
import { ENTER_SCREEN, LEAVE_SCREEN } from "../../src/top/frame.ts";
import { HELD_MAX_CHARS } from "../../src/top/held-messages.ts";
import { onePicture } from "../../src/top/one-picture.ts";
import { LostError } from "../../src/top/lost-error.ts";
import type { Size } from "../../src/top/seen.ts";
import type { Terminal, TerminalListener } from "../../src/top/terminal.ts";
import { FRAME_EVERY_MS, TopScreen } from "../../src/top/top-screen.ts";
import { playedState } from "../page/played-job.ts";
import { eventually } from "../support/eventually.ts";
import { TestClock } from "../support/test-clock.ts";
import { NOW_MS } from "./played-run.ts";

/** A terminal in memory: the emulator of xterm.js behind it. */
class Played implements Terminal {
  readonly emulator = new Emulator({ cols: 80, rows: 24, allowProposedApi: true });
  listener: TerminalListener | undefined;
  suspensions = 0;
  frames = 0;
  /** Until it resolves, a frame is on its way. */
  gate: Promise<void> = Promise.resolve();

  size(): Size {
    return { columns: this.emulator.cols, rows: this.emulator.rows };
  }

  enter(listener: TerminalListener): void {
    this.listener = listener;
    this.emulator.write(ENTER_SCREEN);
  }

  async write(text: string): Promise<void> {
    this.frames++;
    await this.gate;
    await new Promise<void>((resolve) => this.emulator.write(text, resolve));
  }

  suspend(): void {
    this.suspensions++;
  }

  leave(): void {
    if (this.listener === undefined) return;
    this.listener = undefined;
    this.emulator.write(LEAVE_SCREEN);
  }

  /** Resolves when the frames that are on their way are on the screen. */
  async settled(): Promise<void> {
    for (let writes = -1; writes !== this.frames;) {
      writes = this.frames;
      await new Promise<void>((resolve) => this.emulator.write("", resolve));
    }
  }

  get rows(): string[] {
    const { active } = this.emulator.buffer;
    return Array.from({ length: this.emulator.rows }, (_, at) => active.getLine(at)?.translateToString(true) ?? "");
  }

  get text(): string {
    return this.rows.join("\n");
  }
}

class Run {
  readonly clock = new TestClock();
  readonly terminal = new Played();
  readonly stop = new AbortController();
  agent: ReadableStreamDefaultController<Uint8Array> | undefined;
  connections = 0;
  refusal: string | undefined;
  readonly screen = new TopScreen({
    terminal: this.terminal,
    look: "colours",
    clock: this.clock,
    wallMs: () => NOW_MS + this.clock.nowMs() - 1000,
    stop: this.stop.signal,
    open: async () => {
      if (this.refusal !== undefined) throw new Error(this.refusal);
      this.connections++;
      return new ReadableStream({ start: (controller) => void (this.agent = controller) });
    },
  });
  ended: Promise<void> = Promise.resolve();

  static async begin(): Promise<Run> {
    const run = new Run();
    run.ended = run.screen.run();
    await eventually("a connection", () => run.connections === 1);
    run.tell("state", playedState());
    await run.sees("Degraded");
    // Of the frames that were drawn meanwhile the last may be on its way.
    await run.terminal.settled();
    return run;
  }

  tell<Name extends keyof LiveMessages>(name: Name, message: LiveMessages[Name]): void {
    this.agent?.enqueue(new TextEncoder().encode(`event: ${name}\ndata: ${JSON.stringify(message)}\n\n`));
  }

  log(text: string): void {
    this.tell("logs", { records: [{ atMs: NOW_MS, stream: "logs", severity: 9, text }], leftOut: 0 });
  }

  /** Resolves when all that was told has been read. */
  async taken(): Promise<void> {
    await eventually("the messages to be read", () => this.agent?.desiredSize === 1);
  }

  press(keys: string): void {
    this.terminal.listener?.onInput(keys);
  }

  async sees(words: string): Promise<void> {
    await eventually(`"${words}" on the screen`, () => {
      this.clock.pass(FRAME_EVERY_MS);
      return this.terminal.text.includes(words);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop.abort();
    await this.ended.catch(() => {});
  }
}

describe("TopScreen", () => {
  test("leaves the terminal alone and says why when the agent does not answer at the beginning", async () => {
    const run = new Run();
    run.refusal = "nobody listens";
    expect(await run.screen.run().catch((error: unknown) => error)).toEqual(new LostError("nobody listens"));
    await eventually("the end", () => run.clock.timers === 0);
    expect(run.terminal.listener).toBeUndefined();
    expect(run.terminal.frames).toBe(0);
  });

  test("draws at most a frame a second by itself, and what a key asks for at once", async () => {
    await using run = await Run.begin();
    const before = run.terminal.frames;
    for (let n = 0; n < 50; n++) run.log(`line ${n}`);
    await run.taken();
    expect(run.terminal.frames).toBe(before);
    run.clock.pass(FRAME_EVERY_MS);
    await run.sees("line 49");
    await run.terminal.settled();
    const { frames } = run.terminal;
    run.press("3");
    // The clock stands still meanwhile.
    await eventually("the part", () => run.terminal.text.includes("Collector"));
    await run.terminal.settled();
    expect(run.terminal.frames).toBe(frames + 1);
  });

  test("stands still while it is paused, and then shows what has come", async () => {
    await using run = await Run.begin();
    run.press("p");
    await run.sees("PAUSED");
    await run.terminal.settled();
    const before = run.terminal.rows.slice(1);
    run.log("while it stood still");
    run.tell("change", { health: { status: "healthy", problems: [] } });
    await run.taken();
    run.clock.pass(10 * FRAME_EVERY_MS);
    await run.terminal.settled();
    expect(run.terminal.rows.slice(1)).toEqual(before);
    run.press("p");
    await run.sees("while it stood still");
    expect(run.terminal.rows[0]).toStartWith("✓ Healthy");
  });

  test("shows no secret that this process knows", async () => {
    await using run = await Run.begin();
    keepSecret("sesame-4711-sesame");
    run.log("opened with sesame-4711-sesame");
    await run.sees("opened with");
    expect(run.terminal.text).not.toContain("sesame");
  });

  test("asks the agent anew when too much has come while it was paused", async () => {
    await using run = await Run.begin();
    run.press("p");
    run.log("x".repeat(HELD_MAX_CHARS));
    await run.taken();
    run.press("p");
    await eventually("a connection", () => run.connections === 2);
    run.tell("state", playedState({ version: "0.2.0" }));
    await run.sees("0.2.0");
    expect(run.terminal.text).not.toContain("not connected");
  });

  test("says that the agent is gone, tries again, and goes on", async () => {
    await using run = await Run.begin();
    run.refusal = "nobody listens";
    run.agent?.close();
    await run.sees("tries again: nobody listens");
    expect(run.terminal.text).toContain("build-and-test");
    run.refusal = undefined;
    await eventually("a connection", () => {
      run.clock.pass(FRAME_EVERY_MS);
      return run.connections === 2;
    });
    run.tell("state", playedState());
    await run.sees("Degraded");
    expect(run.terminal.text).not.toContain("not connected");
  });

  test("draws all anew on another size, and after the shell had the terminal", async () => {
    await using run = await Run.begin();
    run.terminal.emulator.resize(40, 12);
    run.terminal.listener?.onLost();
    await eventually("the last row", () => run.terminal.rows[11]?.startsWith("q quit") === true);
    run.press("\u001A");
    expect(run.terminal.suspensions).toBe(1);
    await new Promise<void>((resolve) => run.terminal.emulator.write("\u001B[2Jshell", resolve));
    run.terminal.listener?.onLost();
    await eventually("the first row", () => run.terminal.rows[0]?.startsWith("! Degraded") === true);
    expect(run.terminal.text).not.toContain("shell");
  });

  test("does not queue frames for a slow terminal", async () => {
    await using run = await Run.begin();
    await run.terminal.settled();
    const { promise, resolve } = Promise.withResolvers<void>();
    run.terminal.gate = promise;
    const before = run.terminal.frames;
    for (const key of "1234") run.press(key);
    expect(run.terminal.frames).toBe(before + 1);
    resolve();
    await eventually("the newest view", () => run.terminal.rows[1]?.startsWith("Log") === true);
    expect(run.terminal.frames).toBe(before + 2);
  });

  test.each([
    ["q", (run: Run) => run.press("q")],
    ["Ctrl-C", (run: Run) => run.press("\u0003")],
    ["a stop signal", (run: Run) => run.stop.abort()],
    ["the end of the terminal", (run: Run) => run.terminal.listener?.onEnd()],
  ])("%s ends it, and the first screen is back", async (_, end) => {
    const run = await Run.begin();
    expect(run.terminal.emulator.buffer.active.type).toBe("alternate");
    end(run);
    await run.ended;
    await run.terminal.settled();
    expect(run.terminal.emulator.buffer.active.type).toBe("normal");
    expect(run.terminal.emulator.modes.wraparoundMode).toBe(true);
    await eventually("the timers", () => run.clock.timers === 0);
  });

  test("a defect ends it, and the terminal is left", async () => {
    const run = await Run.begin();
    // No agent says that.
    run.tell("change", JSON.parse('{"streams":{"logs":null}}'));
    run.ended.catch(() => {});
    await eventually("the end", () => {
      run.clock.pass(FRAME_EVERY_MS);
      return run.terminal.listener === undefined;
    });
  });
});

/** Of an agent that says this and ends. */
function picture(say: string): Promise<string> {
  return onePicture({
    columns: 80,
    clock: new TestClock(),
    stop: new AbortController().signal,
    wallMs: () => NOW_MS,
    open: async () => new Blob([say]).stream(),
  });
}

describe("onePicture()", () => {
  test("is text without escape codes", async () => {
    const logs = { records: [{ atMs: NOW_MS, stream: "logs", severity: 9, text: "\u001B[31mred" }], leftOut: 0 };
    const say = `event: state\ndata: ${JSON.stringify(playedState())}\n\nevent: logs\ndata: ${JSON.stringify(logs)}\n\n`;
    const text = await picture(say);
    expect(text).not.toContain("\u001B");
    expect(text).toStartWith("! Degraded");
    expect(text).toEndWith("INFO  red\n");
  });

  test.each([
    ["", "it has ended the connection"],
    ["event: state\ndata: {}\n\n", "no state that is known here"],
    ["event: state\ndata: {\n\n", "JSON"],
  ])("is none when the agent says %p", async (say, reason) => {
    expect(await picture(say).catch(String)).toContain(reason);
  });
});
