import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { OPTION_GROUPS } from "../../src/config/option-kinds.ts";
import { OPTIONS, SETTINGS_SECTIONS } from "../../src/config/options.ts";
import { readJson, readText } from "../../src/config/read-value.ts";
import { showValue } from "../../src/config/show-value.ts";

describe("OPTIONS", () => {
  test.each(OPTIONS.map((option) => [option.key, option] as const))("%s is whole", (_, option) => {
    expect(option.description).not.toBe("");
    expect(option.description).not.toEndWith(".");
    expect(OPTION_GROUPS).toContain(option.group);
    if (option.default !== undefined) expect(Value.Check(option.schema, option.default)).toBe(true);
    if (option.secret === true) expect(option.flag).toBeUndefined();
  });

  test("have places that differ", () => {
    const flags = OPTIONS.flatMap(({ flagName }) => flagName ?? []);
    expect(new Set(flags).size).toBe(flags.length);
    expect(new Set(OPTIONS.map(({ environmentName }) => environmentName)).size).toBe(OPTIONS.length);
  });

  test("have keys of which none is a section of others", () => {
    expect(OPTIONS.filter(({ key }) => SETTINGS_SECTIONS.includes(key))).toEqual([]);
  });

  test("carry every default that the limits of the design name", () => {
    const shown = OPTIONS.map((option) => [option.key.replace("telemetry.", ""), showValue(option, option.default)]);
    expect(Object.fromEntries(shown)).toMatchObject({
      enabled: "true",
      port: "33931",
      host: "127.0.0.1",
      base_directory: "./warp-telemetry-data",
      syslog_number_of_lines_to_read: "1000",
      push_frequency: "60s",
      buffer_bytes: "32MiB",
      object_max_bytes: "8MiB",
      max_request_bytes: "16MiB",
      in_flight_max_bytes: "32MiB",
      put_max_bytes: "16MiB",
      nesting_max: "100",
      drain_timeout: "25s",
      "collector.enabled": "true",
      "collector.interval": "1s",
      "collector.output_max_bytes": "64KiB",
      log_level: "info",
      log_format: "text",
    });
  });

  const numbers = OPTIONS.filter(({ range }) => range !== undefined);
  test.each(numbers.map((option) => [option.key, option] as const))("%s holds its range at both ends", (_, option) => {
    const { minimum, maximum }: { minimum: number; maximum: number } = Object.assign(
      { minimum: 0, maximum: 0 },
      option.schema,
    );
    for (const inside of [minimum, maximum]) expect(readText(option, showValue(option, inside))).toBe(inside);
    const bare = option.kind === "duration" ? "ms" : "";
    expect(readText(option, `${maximum + 1}${bare}`)).toBeUndefined();
    if (minimum > 0) expect(readText(option, `${minimum - 1}${bare}`)).toBeUndefined();
    if (option.kind !== "duration") expect(readJson(option, maximum + 1)).toBeUndefined();
  });
});
