import { describe, expect, test } from "bun:test";
import { costOf, moneyText, readPrice } from "../../src/lib/price.ts";

describe("readPrice()", () => {
  test.each([
    ["0.008 USD", { perMinute: 0.008, currency: "USD" }],
    ["12 EUR", { perMinute: 12, currency: "EUR" }],
    ["0 CHF", { perMinute: 0, currency: "CHF" }],
  ])("%s", (text, price) => {
    expect(readPrice(text)).toEqual(price);
  });

  test.each([
    "",
    "0.008",
    "USD",
    "0.008USD",
    "0.008 usd",
    "-1 USD",
    ".5 USD",
    "1e3 USD",
    "1,5 EUR",
    "1 USD\n",
    "1 DOLLAR",
  ])("takes no %j", (text) => {
    expect(readPrice(text)).toBeUndefined();
  });
});

test("a cost is by the millisecond", () => {
  expect(costOf(90_000, { perMinute: 0.016, currency: "USD" })).toBeCloseTo(0.024, 12);
  expect(costOf(0, { perMinute: 0.016, currency: "USD" })).toBe(0);
});

test.each([
  [0, "0.00 USD"],
  [0.32, "0.32 USD"],
  [0.024, "0.024 USD"],
  [0.008, "0.008 USD"],
  [0.000_123_4, "0.00012 USD"],
  [0.000_000_000_001, "0.00 USD"],
  [12.345, "12.35 USD"],
])("%d is %s", (amount, text) => {
  expect(moneyText(amount, "USD")).toBe(text);
});
