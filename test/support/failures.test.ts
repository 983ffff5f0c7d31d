import { expect, test } from "bun:test";
import { failuresOf } from "./failures.ts";
import { TempDir } from "./temp-dir.ts";

test("failuresOf() says which tests failed, where and why, and nothing of the others", async () => {
  using dir = new TempDir();
  const text = `
    import { describe, expect, test } from "bun:test";
    describe("a & b", () => {
      test("is <equal>", () => expect({ a: "1" }).toEqual({ a: "2" }));
      test("passes", () => expect(1).toBe(1));
    });
    test("never ends", () => new Promise(() => {}), 20);
    test.skip("is left out", () => {});
  `;
  await Bun.write(dir.file("some.test.ts"), text);
  const results = dir.file("results.xml");
  const command = [process.execPath, "test", "--reporter=junit", `--reporter-outfile=${results}`, "./some.test.ts"];
  expect(await Bun.spawn(command, { cwd: dir.path, stdio: ["ignore", "ignore", "ignore"] }).exited).toBe(1);

  const failures = failuresOf(await Bun.file(results).text());
  expect(failures).toHaveLength(2);
  expect(failures[0]).toStartWith("some.test.ts:4  a & b > is <equal>\n    expect(received).toEqual(expected)\n");
  expect(failures[0]).toContain('-   "a": "2",\n    +   "a": "1",');
  expect(failures[1]).toBe("some.test.ts:7  never ends\n    test timed out");
});
