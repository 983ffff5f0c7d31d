import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findProgram } from "../../src/collector/find-program.ts";
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
      searchPath: `${at("path-1")}:${at("path-2")}`,
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
    expect(findProgram(places)).toEqual({ tried: inOrder });
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
    expect(findProgram(places)).toEqual({ tried: [path] });
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
