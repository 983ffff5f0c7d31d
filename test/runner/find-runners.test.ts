import { describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { eventually } from "../support/eventually.ts";
import { TempDir } from "../support/temp-dir.ts";
import { runnerFolders, type RunnerMachine, THIS_MACHINE } from "../../src/runner/find-runners.ts";

function machine(programs: readonly string[], homes: readonly string[] = [], platform = "linux"): RunnerMachine {
  return { platform, programs: () => programs, homes: () => homes };
}

describe("runnerFolders()", () => {
  test("are those of the programs that run, then the usual places, each once", () => {
    const programs = ["/opt/r1/bin/Runner.Listener", "/runner/bin/Runner.Listener"];
    expect(runnerFolders(machine(programs, ["ann", "runner"]))).toEqual([
      "/opt/r1",
      "/runner",
      "/actions-runner",
      "/home/runner",
      "/home/ann/actions-runner",
      "/home/runner/actions-runner",
    ]);
  });

  test("leave out programs whose path tells no folder", () => {
    expect(runnerFolders(machine(["Runner.Listener", "./bin/Runner.Listener", "/opt/Runner.Listener"]))).toEqual(
      runnerFolders(machine([])),
    );
  });

  test("are no more than a limit, however many programs call themselves so", () => {
    const programs = Array.from({ length: 1000 }, (_, n) => `/tmp/${n}/bin/Runner.Listener`);
    expect(runnerFolders(machine(programs))).toHaveLength(32);
  });

  test("know the places of the other systems", () => {
    expect(runnerFolders(machine([], ["x"], "darwin"))).toEqual([
      "/Users/runner/.warpbuild/github-runner/runner-app-new",
    ]);
    expect(runnerFolders(machine([], [], "win32"))).toEqual(["C:\\warpbuilds\\runner"]);
  });
});

test.skipIf(process.platform !== "linux")("a program that runs is found on this machine", async () => {
  using folder = new TempDir("runner");
  mkdirSync(folder.file("bin"));
  const listener = folder.file("bin", "Runner.Listener");
  copyFileSync(Bun.which("sleep") ?? "/bin/sleep", listener);
  chmodSync(listener, 0o755);
  const child = Bun.spawn([listener, "60"]);
  try {
    await eventually("it to be found", () => runnerFolders(THIS_MACHINE).includes(folder.path));
  } finally {
    child.kill();
    await child.exited;
  }
});
