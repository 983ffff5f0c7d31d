import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import type { CreateManager } from "../../../src/cli/context.ts";
import { SAMPLE_REQUEST } from "../../../src/cli/sample-request.ts";
import type { Config } from "../../../src/config/config.ts";
import type { StopReport } from "../../../src/manager/stop-report.ts";
import type { StartedStats } from "../../../src/cli/context.ts";
import { TempDir } from "../../support/temp-dir.ts";
import { cli } from "../context.ts";

/** Does what it is told and writes down what it was asked. */
class FakeManager {
  readonly events: string[] = [];
  config: Config | undefined;
  linesLeft = 0;
  start = (): Promise<void> => Promise.resolve();
  onStarted = (): void => {};
  readonly #ended = Promise.withResolvers<StopReport>();
  readonly ended = this.#ended.promise;

  stop(): Promise<StopReport> {
    this.events.push("stop");
    return Promise.resolve({ linesLeft: this.linesLeft, reason: "asked to", isFailure: false });
  }

  end(report: StopReport): void {
    this.#ended.resolve(report);
  }

  getStats(): StartedStats {
    this.onStarted();
    return { port: 4000, is_running: true, destination: null, health: { status: "healthy", parts: {} } };
  }
}

let manager = new FakeManager();
let stop = new AbortController();
const createManager: CreateManager = (config) => {
  manager.config = config;
  return manager;
};
/** Logs of severity error only, so that tests stay quiet. */
const run = (...argv: string[]) =>
  cli([...argv, "--log-level", "error"], { createManager, stop: stop.signal, variables: {} });

beforeEach(() => {
  manager = new FakeManager();
  stop = new AbortController();
});
afterEach(() => stop.abort());

describe("run ends with", () => {
  test("0 when a stop signal came and everything is delivered", async () => {
    manager.onStarted = () => stop.abort();
    expect(await run()).toEqual({ code: 0, out: "", err: "" });
    expect(manager.events).toEqual(["stop"]);
  });

  test("a hint what to type next, for somebody at a terminal", async () => {
    manager.onStarted = () => queueMicrotask(() => stop.abort());
    const given = { createManager, stop: stop.signal, isTerminal: true };
    const { err } = await cli(["--push-frequency", "5s", "--log-level", "error"], given);
    expect(err).toMatch(/^Objects go to .*\/objects every 5s,/m);
    expect(err).toContain("curl http://127.0.0.1:4000/v1/logs");
    expect(err).toContain(SAMPLE_REQUEST);
  });

  test("3 when lines are left", async () => {
    manager.linesLeft = 7;
    manager.onStarted = () => stop.abort();
    expect((await run()).code).toBe(3);
  });

  test("what the manager reports when it stops by itself", async () => {
    manager.end({ linesLeft: 0, reason: "telemetry is off", isFailure: false });
    expect((await run()).code).toBe(0);
    expect(manager.events).toEqual([]);
  });

  test("1 when the manager could not go on", async () => {
    manager.end({ linesLeft: 0, reason: "a file is gone", isFailure: true });
    expect((await run()).code).toBe(1);
  });

  test("1 when a stage cannot start", async () => {
    manager.start = () => Promise.reject(new Error("Cannot listen on port 33931: taken by another program"));
    expect((await run()).code).toBe(1);
    expect(manager.events).toEqual([]);
  });

  test("1 when anything unforeseen is thrown", async () => {
    manager.stop = () => Promise.reject(new Error("no"));
    manager.onStarted = () => stop.abort();
    expect((await run()).code).toBe(1);
  });

  test("0 when a stop signal comes while it starts", async () => {
    manager.start = () => {
      stop.abort();
      return new Promise(() => {});
    };
    expect((await run()).code).toBe(0);
    expect(manager.events).toEqual(["stop"]);
  });

  test("0 when telemetry is turned off in the settings, without a manager", async () => {
    using directory = new TempDir("cli");
    const path = directory.file("settings.json");
    writeFileSync(path, '{"telemetry": {"enabled": false}}');
    expect((await run("--settings", path)).code).toBe(0);
    expect(manager.config).toBeUndefined();
  });

  test("0 when a stop signal ends the wait for the settings file", async () => {
    queueMicrotask(() => stop.abort());
    expect((await run("--settings", "/nowhere/settings.json")).code).toBe(0);
    expect(manager.config).toBeUndefined();
  });

  test("2 and the reasons when a value is wrong", async () => {
    const { code, err } = await run("--port", "70000", "--nesting-max", "1");
    expect(code).toBe(2);
    expect(err.split("\n")).toHaveLength(3);
    expect(err).toStartWith('Cannot use telemetry.port from flag --port: "70000"');
  });

  test("2 for a wrong flag at once, not after the wait for the settings file", async () => {
    expect((await run("--settings", "/nowhere/settings.json", "--port", "x")).code).toBe(2);
  });

  test("2 for a command line that makes no sense", async () => {
    expect((await run("--prot")).code).toBe(2);
  });
});

test("run gives the manager the configuration", async () => {
  manager.onStarted = () => stop.abort();
  await run("--port", "4000", "--no-collector");
  expect(manager.config).toMatchObject({ receiver: { port: 4000 }, collector: { enabled: false } });
});
