import { describe, expect, test } from "bun:test";
import { describeConfig, describeDestination } from "../../src/config/describe-config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { expectGolden } from "../golden/golden.ts";
import { placesOf } from "./places.ts";

const AGENT = { id: "runner-1", polling_secret: "s3cret", host_url: "https://backend.example/api" };

describe("describeConfig()", () => {
  test("shows every key with value and place, and no secret", () => {
    const loaded = loadConfig(
      placesOf({
        flags: { "telemetry.port": "4000", "telemetry.collector.config": ["a.yaml", "b.yaml"] },
        variables: { WARP_TELEMETRY_PUSH_FREQUENCY: "5s", WARP_TELEMETRY_AGENT_POLLING_SECRET: "s3cret" },
        settings: { telemetry: { base_directory: "/data" }, agent: { ...AGENT, polling_secret: undefined } },
      }),
    );
    const text = describeConfig(loaded);
    expect(text).not.toContain("s3cret");
    expectGolden("validate.txt", text);
  });
});

describe("describeDestination() names", () => {
  test.each([
    ["out", "/srv/out"],
    ["s3://bucket", "s3://bucket/runner-1"],
    ["s3://bucket/a", "s3://bucket/a/runner-1"],
    ["discard:", "discard:"],
    [undefined, "warpbuild (https://backend.example/api)"],
  ])("%s", (destination, text) => expect(shown(destination)).toBe(text));
});

function shown(destination: string | undefined): string {
  const flags = destination === undefined ? {} : { "telemetry.destination": destination };
  return describeDestination(loadConfig(placesOf({ flags, settings: { agent: AGENT } })).config);
}
