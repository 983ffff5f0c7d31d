import { describe, expect, test } from "bun:test";
import { EventEmitter } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { Tty, type TtyHost } from "../../src/cli/tty.ts";
import { ENTER_SCREEN, LEAVE_SCREEN } from "../../src/top/frame.ts";
import { TempDir } from "../support/temp-dir.ts";

class Input extends EventEmitter {
  isRaw = false;

  setRawMode(isRaw: boolean): void {
    this.isRaw = isRaw;
  }

  resume(): void {}
  pause(): void {}
}

class Output extends EventEmitter {
  getWindowSize(): [columns: number, rows: number] {
    return [80, 24];
  }
}

/** A process whose terminal is a file, so that one can read what was written to it. */
class Played {
  readonly folder = new TempDir("tty");
  readonly path = this.folder.file("screen");
  readonly fd = openSync(this.path, "w");
  readonly input = new Input();
  readonly output = new Output();
  readonly signals = new EventEmitter();
  readonly said: string[] = [];
  stops = 0;
  readonly tty: Tty;

  constructor() {
    const host: TtyHost = {
      input: this.input,
      output: this.output,
      outputFd: this.fd,
      onSignal: (name, listener) => this.signals.on(name, listener),
      offSignal: (name, listener) => this.signals.off(name, listener),
      stopJob: () => this.stops++,
    };
    this.tty = new Tty(host);
  }

  enter(): void {
    this.tty.enter({
      onInput: (text) => this.said.push(text),
      onLost: () => this.said.push("lost"),
      onEnd: () => this.said.push("end"),
    });
  }

  get screen(): string {
    return readFileSync(this.path, "utf8");
  }

  get listeners(): number {
    return [this.input, this.output, this.signals].reduce(
      (sum, emitter) => sum + emitter.eventNames().reduce((own, name) => own + emitter.listenerCount(name), 0),
      0,
    );
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
    this.folder[Symbol.dispose]();
  }
}

describe("Tty", () => {
  test("takes the screen and each key, and gives all back, once", () => {
    using played = new Played();
    played.tty.leave();
    expect(played.screen).toBe("");
    played.enter();
    expect(played.input.isRaw).toBe(true);
    const bytes = Buffer.from("中");
    played.input.emit("data", bytes.subarray(0, 2));
    played.input.emit("data", bytes.subarray(2));
    expect(played.said.join("")).toBe("中");
    played.tty.leave();
    played.tty.leave();
    expect(played.input.isRaw).toBe(false);
    expect(played.screen).toBe(ENTER_SCREEN + LEAVE_SCREEN);
    expect(played.listeners).toBe(0);
  });

  test.each([
    ["Ctrl-Z", (played: Played) => played.tty.suspend()],
    ["SIGTSTP", (played: Played) => played.signals.emit("SIGTSTP")],
  ])("%s gives the terminal to the shell, and SIGCONT takes it again", async (_, suspend) => {
    using played = new Played();
    played.enter();
    suspend(played);
    suspend(played);
    await played.tty.write("not on the shell's screen");
    expect([played.stops, played.input.isRaw]).toEqual([1, false]);
    expect(played.screen).toBe(ENTER_SCREEN + LEAVE_SCREEN);
    played.signals.emit("SIGCONT");
    await played.tty.write("again");
    expect(played.input.isRaw).toBe(true);
    expect(played.said).toEqual(["lost"]);
    expect(played.screen).toBe(`${ENTER_SCREEN}${LEAVE_SCREEN}${ENTER_SCREEN}again`);
    played.tty.leave();
  });

  test("says that the size is another, and that nobody is there any more", async () => {
    using played = new Played();
    played.enter();
    played.output.emit("resize");
    played.input.emit("end");
    played.input.emit("error", new Error("EIO"));
    expect(played.said).toEqual(["lost", "end", "end"]);
    played.tty.leave();
    await played.tty.write("nothing after the end");
    expect(played.screen).toBe(ENTER_SCREEN + LEAVE_SCREEN);
  });
});
