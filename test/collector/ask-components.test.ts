import { describe, expect, test } from "bun:test";
import { askComponents } from "../../src/collector/ask-components.ts";

const LIST = "receivers:\n  - name: filelog\n";

async function asked(script: string, timeoutMs = 10_000): Promise<string | undefined> {
  const command = {
    command: ["/bin/sh", "-c", script],
    environment: { PATH: "/usr/bin:/bin", LIST },
    workingDirectory: "/",
  };
  const names = await askComponents(command, () => {}, new AbortController().signal, timeoutMs);
  return names?.get("file_log");
}

describe.skipIf(process.platform === "win32")("askComponents()", () => {
  test("reads the names that a program lists", async () => {
    expect(await asked('printf %s "$LIST"')).toBe("filelog");
  });

  test.each([
    ["ends with an error behind a part of them", 'printf %s "$LIST"; exit 1'],
    ["is killed behind a part of them", 'printf %s "$LIST"; kill -9 $$'],
    ["lists none", "echo Usage"],
  ])("knows nothing of a program that %s", async (_, script) => {
    expect(await asked(script)).toBeUndefined();
  });

  test("knows nothing of a program that lists a part of them in time", async () => {
    expect(await asked('printf %s "$LIST"; exec sleep 60', 300)).toBeUndefined();
  });

  test("knows nothing of a program that is not there", async () => {
    const command = { command: ["/nonexistent/otelcol"], environment: {}, workingDirectory: "/" };
    expect(await askComponents(command, () => {}, new AbortController().signal)).toBeUndefined();
  });
});
