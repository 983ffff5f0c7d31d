import { expect, test } from "bun:test";
import { isSameSecret } from "../../src/lib/same-secret.ts";

test.each(["", "0123abce", "x123abcd", "0123abc", "0123abcd0", "\u01300123abcd"])(
  "isSameSecret() knows that %p is another",
  (given) => {
    expect(isSameSecret(given, "0123abcd")).toBe(false);
  },
);

test("isSameSecret() knows the same", () => {
  expect(isSameSecret("0123abcd", "0123abcd")).toBe(true);
});
