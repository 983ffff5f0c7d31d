import { expect, test } from "bun:test";
import { chooseMemory } from "../../src/ring/choose-memory.ts";
import { TempDir } from "../support/temp-dir.ts";

test("chooseMemory() writes through when mapped rings may have ended the last run", () => {
  using directory = new TempDir();
  expect(chooseMemory(directory.path, true)).toBe("written");
});

test.skipIf(process.platform !== "linux")("chooseMemory() maps where blocks can be allocated for good", () => {
  expect(chooseMemory("/dev/shm", false)).toBe("mapped");
});
