/** The compiled `top` in a real pseudo-terminal, with a real agent: what is seen, and that the terminal is left as it was. */
import { Terminal } from "@xterm/headless";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { collectorOptions } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { logsJson } from "../support/samples.ts";
import { Shell } from "../support/shell.ts";
import { agentOptions, startAgent } from "../support/start-agent.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const whole = needs("executable", "collector");
const alone = needs("executable");
const isSkipped = process.platform !== "linux";
// oxlint-disable-next-line no-control-regex -- Escape is what a sequence begins with.
const CURSOR = /\u001B\[\?25[hl]/g;

/** A shell in a window, and what is seen in it. */
class Window implements AsyncDisposable {
  readonly folder = new TempDir("top");
  readonly #emulator: Terminal;
  readonly shell: Shell;

  constructor(columns = 80, rows = 24, variables: Readonly<Record<string, string>> = {}) {
    this.#emulator = new Terminal({ cols: columns, rows, allowProposedApi: true });
    const environment = { TERM: "xterm-256color", TOP: built("executable"), ...variables };
    const onBytes = (bytes: Uint8Array): void => this.#emulator.write(bytes);
    this.shell = new Shell(this.folder.path, environment, { columns, rows, onBytes });
  }

  /** The rows that are seen now. */
  get text(): string {
    const { active } = this.#emulator.buffer;
    return Array.from(
      { length: this.#emulator.rows },
      (_, at) => active.getLine(active.viewportY + at)?.translateToString(true) ?? "",
    ).join("\n");
  }

  /** The screen is the one of the shell, and the cursor is seen. */
  get isShells(): boolean {
    const cursor = this.shell.screen.match(CURSOR)?.at(-1);
    return this.#emulator.buffer.active.type === "normal" && cursor !== "\u001B[?25l";
  }

  async sees(words: string | RegExp): Promise<void> {
    try {
      await eventually(`${words} in the window`, () => this.text.search(words) >= 0);
    } catch (cause) {
      throw new Error(`The window shows\n${this.text}`, { cause });
    }
  }

  resize(columns: number, rows: number): void {
    this.#emulator.resize(columns, rows);
    this.shell.resize(columns, rows);
  }

  /** What `stty` says of the terminal's modes. */
  async modes(name: string): Promise<string> {
    const file = this.folder.file(name);
    await this.shell.type(`stty -a > ${file}; echo $? > ${file}.done`);
    await eventually("the modes", () => readFileSync(`${file}.done`, "utf8") === "0\n");
    return readFileSync(file, "utf8");
  }

  /** Starts it, and waits for the first frame; resolves to its process. */
  async top(port: number, flags = ""): Promise<number> {
    const file = this.folder.file("pid");
    await this.shell.type(`bash -c 'echo $$ > ${file}; exec "$TOP" top --port ${port} ${flags}'`);
    await this.sees(/^. (Healthy|Degraded)/);
    expect(this.isShells).toBe(false);
    return Number(readFileSync(file, "utf8"));
  }

  async exitCode(): Promise<number> {
    const mark = this.shell.screen.length;
    await this.shell.type("echo code=$?");
    return await eventually("the exit code", () => {
      const code = /code=(\d+)\n/.exec(this.shell.screen.slice(mark))?.[1];
      return code === undefined ? undefined : { code: Number(code) };
    }).then(({ code }) => code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shell[Symbol.asyncDispose]();
    this.#emulator.dispose();
    this.folder[Symbol.dispose]();
  }
}

describe.skipIf(whole.missing || isSkipped)(whole.title("top"), () => {
  test("draws the step, the log in its colours, and the machine; each key works; NO_COLOR has none", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await Agent.start(collectorOptions(store, base, []));
    for (const mark of [
      { kind: "job-start", name: "build" },
      { kind: "step-start", name: "compile all" },
    ]) {
      expect((await agent.post("/control/marks", JSON.stringify(mark))).status).toBe(200);
    }
    await using window = new Window();
    await window.top(agent.port);
    expect((await agent.post("/v1/logs", logsJson("\u001B[32msaid\u001B[0m by the job"))).status).toBe(200);
    await window.sees("said by the job");
    await window.sees(/compile all +━/);
    await window.sees(/CPU mean +[▁-█░]+ +[\d.]+ %/);
    await window.sees(/Memory used +[▁-█░]+ +[\d.]+ [GM]iB/);
    expect(window.shell.screen).toContain("\u001B[32msaid\u001B[0m by the job");
    window.shell.press("/nothing like it\r");
    await window.sees('No line has "nothing like it" in it.');
    window.shell.press("\u001B");
    await window.sees("said by the job");
    window.shell.press("3");
    await window.sees("Collector running");
    window.shell.press("?");
    await window.sees("Keys and signs");
    window.shell.press("xp");
    await window.sees("PAUSED");
    window.shell.press("q");
    expect(await window.exitCode()).toBe(0);

    await using grey = new Window(80, 24, { NO_COLOR: "1" });
    await grey.top(agent.port);
    expect((await agent.post("/v1/logs", logsJson("\u001B[32mgrey\u001B[0m words"))).status).toBe(200);
    await grey.sees("grey words");
    // oxlint-disable-next-line no-control-regex -- The same.
    expect(grey.shell.screen).not.toMatch(/\u001B\[(?:\d+;)*[39]\d(?:;\d+)*m/);
    await expectStop(agent);
  });
});

describe.skipIf(alone.missing || isSkipped)(alone.title("top"), () => {
  test.each([
    ["q", (window: Window) => window.shell.press("q")],
    ["Ctrl-C", (window: Window) => window.shell.press("\u0003")],
    ["SIGTERM", (_: Window, pid: number) => process.kill(pid, "SIGTERM")],
    ["SIGHUP", (_: Window, pid: number) => process.kill(pid, "SIGHUP")],
    ["SIGINT", (_: Window, pid: number) => process.kill(pid, "SIGINT")],
  ])("%s leaves the terminal exactly as it was", async (_, end) => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    await using window = new Window();
    await window.shell.type("echo what was here before");
    const before = await window.modes("before");
    const pid = await window.top(agent.port);
    end(window, pid);
    expect(await window.exitCode()).toBe(0);
    expect(await window.modes("after")).toBe(before);
    expect(window.isShells).toBe(true);
    expect(window.text).toContain("what was here before");
    await expectStop(agent);
  });

  test("goes to the shell with Ctrl-Z, comes back with fg, and follows the window's size", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    await using window = new Window();
    const before = await window.modes("before");
    await window.top(agent.port);
    window.shell.press("\u001A");
    await window.sees("Stopped");
    expect(window.isShells).toBe(true);
    expect(await window.modes("meanwhile")).toBe(before);
    await window.shell.type("fg");
    await window.sees("q quit p pause");
    expect(window.isShells).toBe(false);
    window.resize(40, 12);
    await window.sees(/q quit p pause \/ filter \? help$/);
    window.shell.press("q");
    expect(await window.exitCode()).toBe(0);
    window.resize(80, 24);
    expect(await window.modes("after")).toBe(before);
    await expectStop(agent);
  });

  test("says that the agent is gone, tries again, and goes on", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    await using window = new Window(120, 24);
    await window.top(agent.port);
    await expectStop(agent);
    await window.sees(/^not connected since \d\d:\d\d:\d\d, tries again: nobody listens/);
    const options = agentOptions(store, base, ["--push-frequency", "1s", "--no-collector"]);
    await using next = await Agent.start({ ...options, port: agent.port });
    await window.sees(/^. (Healthy|Degraded)/);
    expect((await next.post("/v1/logs", logsJson("after the restart"))).status).toBe(200);
    await window.sees("after the restart");
    window.shell.press("q");
    expect(await window.exitCode()).toBe(0);
    await expectStop(next);
  });

  test("into a pipe, and with --once, it is one picture as text", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    expect((await agent.post("/v1/logs", logsJson("in the picture"))).status).toBe(200);
    const command = [built("executable"), "top", "--port", String(agent.port)];
    const { stdout, stderr, exitCode } = Bun.spawnSync(command, { env: {} });
    expect([exitCode, stderr.toString()]).toEqual([0, ""]);
    expect(stdout.toString()).toContain("in the picture");
    expect(stdout.toString()).not.toContain("\u001B");
    await using window = new Window();
    const mark = window.shell.screen.length;
    await window.shell.type(`"$TOP" top --once --port ${agent.port}`);
    expect(await window.exitCode()).toBe(0);
    expect(window.shell.screen.slice(mark)).toContain("in the picture");
    expect(window.shell.screen.slice(mark)).not.toContain("\u001B[?1049h");
    await expectStop(agent);
  });
});
