import { describe, expect, test } from "bun:test";
import { NumberScanner } from "../../src/host/number-scanner.ts";

const scannerOf = (text: string): NumberScanner => new NumberScanner(Buffer.from(text));

describe("NumberScanner", () => {
  test("takes the numbers of a line one after the other, and then those of the next", () => {
    const scanner = scannerOf("cpu  12 0 345\nrest 6");
    expect([scanner.next(), scanner.next(), scanner.next(), scanner.next()]).toEqual([12, 0, 345, Number.NaN]);
    expect(scanner.nextLine()).toBe(true);
    expect([scanner.next(), scanner.next()]).toEqual([6, Number.NaN]);
    expect(scanner.nextLine()).toBe(false);
    expect(scanner.next()).toBeNaN();
  });

  test("takes counters up to 2^53 exactly", () => {
    expect(scannerOf("9007199254740991\n").next()).toBe(Number.MAX_SAFE_INTEGER);
  });

  test("ends where the text does, not where its buffer does", () => {
    const scanner = scannerOf("");
    scanner.reset(Buffer.from("rx 12345\n678"), 5);
    expect([scanner.next(), scanner.next()]).toEqual([12, Number.NaN]);
    expect(scanner.nextLine()).toBe(false);
    expect(scanner.isAt(Buffer.from("345"))).toBe(false);
  });

  test("finds the line that begins with a word", () => {
    const text = "MemTotal: 1 kB\nSwapMemAvailable: 2 kB\nMemAvailable:   3 kB\n";
    expect(scannerOf(text).numberOf(Buffer.from("MemTotal:"))).toBe(1);
    expect(scannerOf(text).numberOf(Buffer.from("MemAvailable:"))).toBe(3);
    expect(scannerOf(text).numberOf(Buffer.from("Shmem:"))).toBeNaN();
    expect(scannerOf("").numberOf(Buffer.from("Shmem:"))).toBeNaN();
  });

  test("finds the number behind a word on its line, and none on the next", () => {
    const scanner = scannerOf("some avg10=2.01 total=7736\nfull avg10=0.00 total=5\n");
    const total = Buffer.from("total=");
    expect([scanner.numberAfter(total), scanner.numberAfter(total)]).toEqual([7736, Number.NaN]);
    scanner.nextLine();
    expect(scanner.numberAfter(total)).toBe(5);
  });

  test("begins where it is told to", () => {
    const scanner = scannerOf("");
    scanner.reset(Buffer.from("12 (a 3) 4"), 10, 7);
    expect(scanner.next()).toBe(4);
  });
});
