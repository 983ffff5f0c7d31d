import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findProgram } from "../../src/collector/find-program.ts";
import { JOB_UID, needsJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";

function program(path: string, mode = 0o755): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "", { mode });
  return path;
}

describe.skipIf(process.platform === "win32")("findProgram()", () => {
  test("prefers beside the executable, then the base directory, the predecessor's place, PATH", () => {
    using folder = new TempDir("collector");
    const at = (...parts: string[]): string => join(folder.path, ...parts);
    const places = {
      executableDirectory: at("bin"),
      baseDirectory: at("base"),
      folders: [at("path-1"), at("path-2")],
    };
    const arch = process.arch === "x64" ? "amd64" : process.arch;
    const inOrder = [
      at("bin", "otelcol"),
      at("bin", "otelcol-contrib"),
      at("base", "otelcol"),
      at("base", "otelcol-contrib"),
      at("base", "pkg", "telemetry", "binaries", process.platform, arch, "otelcol-contrib"),
      at("path-1", "otelcol"),
      at("path-1", "otelcol-contrib"),
      at("path-2", "otelcol"),
      at("path-2", "otelcol-contrib"),
    ];
    expect(findProgram(places)).toEqual({ tried: inOrder, skipped: [] });
    for (const path of inOrder.toReversed()) {
      program(path);
      expect(findProgram(places).program).toBe(path);
    }
  });

  test("takes a given path or nothing", () => {
    using folder = new TempDir("collector");
    program(join(folder.path, "otelcol"));
    const path = join(folder.path, "mine");
    const places = { path, executableDirectory: folder.path, baseDirectory: folder.path };
    expect(findProgram(places)).toEqual({ tried: [path], skipped: [] });
    expect(findProgram({ ...places, path: program(path) }).program).toBe(path);
  });

  test("passes over folders and files that may not be executed", () => {
    using folder = new TempDir("collector");
    mkdirSync(join(folder.path, "a", "otelcol"), { recursive: true });
    program(join(folder.path, "b", "otelcol"), 0o644);
    const places = { executableDirectory: join(folder.path, "a"), baseDirectory: join(folder.path, "b") };
    expect(findProgram(places).program).toBeUndefined();
  });
});

const root = needsJob();

describe.skipIf(root.missing)(root.title("findProgram() as root"), () => {
  test.each([
    ["a folder of the job", (folder: string) => chownSync(folder, JOB_UID, JOB_UID), "belongs to uid 4242"],
    ["a folder that everybody can write", (folder: string) => chmodSync(folder, 0o777), "written by everybody"],
    ["a file of the job", (_: string, file: string) => chownSync(file, JOB_UID, 0), "belongs to uid 4242"],
    ["a file that everybody can write", (_: string, file: string) => chmodSync(file, 0o777), "written by everybody"],
  ])("passes over a program in %s, says so, and takes the next one", (_, plant, reason) => {
    using folder = new TempDir("collector");
    const first = program(folder.file("first", "otelcol"));
    plant(dirname(first), first);
    const second = program(folder.file("second", "otelcol"));
    const places = { executableDirectory: dirname(first), baseDirectory: dirname(second) };
    const found = findProgram(places);
    expect(found.program).toBe(second);
    expect(found.skipped).toEqual([
      { path: first, reason: expect.stringContaining(reason), remedy: expect.any(String) },
    ]);
  });

  test("runs nothing that a link of the job leads to, be it root's own program", () => {
    using folder = new TempDir("collector");
    symlinkSync("/bin/true", folder.file("otelcol"));
    lchownSync(folder.file("otelcol"), JOB_UID, JOB_UID);
    const found = findProgram({ path: folder.file("otelcol"), executableDirectory: "/", baseDirectory: "/" });
    expect(found.program).toBeUndefined();
    expect(found.skipped).toHaveLength(1);
  });
});
