import { expect, test } from "bun:test";
import { bytesText, countText, durationText, shareText } from "../../src/lib/quantities.ts";

test.each([
  [bytesText(0), "0 B"],
  [bytesText(1536), "1.5 KiB"],
  [bytesText(16 * 1024 ** 3), "16 GiB"],
  [bytesText(1023 * 1024), "1 MiB"],
  [shareText(0.0042), "0.4 %"],
  [shareText(0), "0 %"],
  [shareText(0.996), "100 %"],
  [countText(2), "2"],
  [countText(81_578), "82 k"],
  [countText(999_600), "1 M"],
  [durationText(850), "850 ms"],
  [durationText(125_000), "2 m 05 s"],
  [durationText(3 * 3_600_000), "3 h 00 m"],
])("%s is %s", (text, wanted) => {
  expect(text).toBe(wanted);
});
