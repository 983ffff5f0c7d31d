import { expect, test } from "bun:test";
import { readFileSync, readlinkSync } from "node:fs";
import { releaseProgramPages } from "../../src/lib/program-pages.ts";

/** KiB of the program's code that are resident. */
function residentCode(): number {
  const program = readlinkSync("/proc/self/exe");
  let isCode = false;
  let kib = 0;
  for (const line of readFileSync("/proc/self/smaps", "utf8").split("\n")) {
    if (/^[0-9a-f]+-/.test(line)) isCode = line.includes(" r-xp ") && line.endsWith(program);
    else if (isCode && line.startsWith("Rss:")) kib += Number(/\d+/.exec(line)?.[0]);
  }
  return kib;
}

test.skipIf(process.platform !== "linux")("releaseProgramPages() gives back the code that does not run", async () => {
  const before = residentCode();
  releaseProgramPages(0);
  await Bun.sleep(20);
  expect(residentCode()).toBeLessThan(before - 2048);
});
