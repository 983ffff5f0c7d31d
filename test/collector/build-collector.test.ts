import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildCollector } from "../../src/collector/distribution/build-collector.ts";
import { TempDir } from "../support/temp-dir.ts";

/** A `go` in `folder` that builds by the shell lines given; `$OUT` is the file to write. */
function fakeGo(folder: string, buildLines: string, listLines = ":"): void {
  const script = `#!/bin/sh
if [ "$1" = version ]; then echo go version go9.9; exit; fi
if [ "$1" = list ]; then ${listLines}; exit; fi
while [ "$1" != -o ]; do shift; done
OUT=$2
${buildLines}
`;
  writeFileSync(join(folder, "go"), script, { mode: 0o755 });
}

async function build(folder: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const outFile = join(folder, "dist", "otelcol");
  await buildCollector({ outFile, log: (line) => lines.push(line), searchPath: folder });
  return lines;
}

async function failureOf(folder: string): Promise<string> {
  return build(folder).then(
    () => "none",
    (error: unknown) => String(error),
  );
}

describe.skipIf(process.platform === "win32")("buildCollector()", () => {
  test("writes the program whole, under its own name only at the end", async () => {
    using folder = new TempDir("collector");
    fakeGo(folder.path, 'test "$OUT" != "${OUT%.building}" && echo program > "$OUT"');
    const lines = await build(folder.path);
    expect(readdirSync(join(folder.path, "dist"))).toEqual(["otelcol"]);
    expect(readFileSync(join(folder.path, "dist", "otelcol"), "utf8")).toBe("program\n");
    expect(lines[0]).toContain("go9.9");
    expect(lines.at(-1)).toContain("built");
  });

  test("names the remedy where there is no Go", async () => {
    using folder = new TempDir("collector");
    expect(await failureOf(folder.path)).toMatch(/no go in PATH, Go 1\.\d+ or later wanted.*go\.dev/);
  });

  test("names the remedy where Go is too old", async () => {
    using folder = new TempDir("collector");
    fakeGo(folder.path, "", "echo 'go: go.mod requires go >= 1.25' >&2; exit 1");
    expect(await failureOf(folder.path)).toMatch(/go\.mod requires go >= 1\.25.*Install a newer Go/);
  });

  test("shows the end of Go's own words when the build fails, and leaves no half program", async () => {
    using folder = new TempDir("collector");
    fakeGo(folder.path, 'echo half > "$OUT"; echo "main.go:1: broken" >&2; exit 2');
    expect(await failureOf(folder.path)).toMatch(/go build ended with 2[^]*main\.go:1: broken/);
    expect(existsSync(join(folder.path, "dist", "otelcol"))).toBe(false);
    expect(readdirSync(join(folder.path, "dist"))).toEqual([]);
  });
});
