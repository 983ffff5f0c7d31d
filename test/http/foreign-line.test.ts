import { expect, test } from "bun:test";
import { foreignLineWarning } from "../../src/http/foreign-line.ts";

const warning = (signal: "logs" | "metrics" | "traces", text: string) => foreignLineWarning(signal, Buffer.from(text));

test("foreignLineWarning() names what was found and what is expected", () => {
  expect(warning("logs", '{"logs":[{"body":"test log message"}],"x":1}')).toBe(
    'The body is stored as it was sent, but it is not OTLP for logs: found "logs", "x", "resourceLogs" expected. No reader of OTLP finds anything in it',
  );
  expect(warning("metrics", '{"resourceLogs":[]}')).toContain('found "resourceLogs", "resourceMetrics" expected');
});

test.each(["resourceSpans", "resource_spans"])("foreignLineWarning() has nothing to say where %s is there", (key) => {
  expect(warning("traces", `{"${key}":[],"more":1}`)).toBeUndefined();
});

test("foreignLineWarning() quotes no more than a line of the sender's keys, and reads no long line again", () => {
  expect(warning("logs", `{"${"k".repeat(10_000)}":1}`)?.length).toBeLessThan(500);
  expect(warning("logs", `{"k":"${"x".repeat(70_000)}"}`)).toBeUndefined();
});
