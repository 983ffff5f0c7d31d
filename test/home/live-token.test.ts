import { describe, expect, test } from "bun:test";
import { rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { LIVE_TOKEN_FILE, readLiveToken, writeLiveToken } from "../../src/home/live-token.ts";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { TempDir } from "../support/temp-dir.ts";

describe("the token of the live page", () => {
  test("is another at each start, and for the agent's user alone", () => {
    using base = new TempDir("home");
    const folder = HeldFolder.open(base.path);
    const [first, second] = [writeLiveToken(folder), writeLiveToken(folder)];
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(second).not.toBe(first);
    expect(readLiveToken(base.path)).toBe(second);
    expect(statSync(base.file(LIVE_TOKEN_FILE)).mode & 0o777).toBe(0o600);
    folder.close();
  });

  test("is none where there is no file, a link, or something else in it", () => {
    using base = new TempDir("home");
    expect(readLiveToken(base.path)).toBeUndefined();
    expect(readLiveToken(base.file("nowhere"))).toBeUndefined();
    writeFileSync(base.file(LIVE_TOKEN_FILE), "\u001b[31mred", { mode: 0o600 });
    expect(readLiveToken(base.path)).toBeUndefined();
    rmSync(base.file(LIVE_TOKEN_FILE));
    writeFileSync(base.file("other"), "abcdef", { mode: 0o600 });
    symlinkSync("other", base.file(LIVE_TOKEN_FILE));
    expect(readLiveToken(base.path)).toBeUndefined();
  });
});
