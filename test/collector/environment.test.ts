import { describe, expect, test } from "bun:test";
import { collectorEnvironment } from "../../src/collector/environment.ts";
import { ALL_OF_IT } from "../../src/collector/journal-start.ts";
import { RESOURCE } from "./support.ts";

const VARIABLES = {
  endpoint: "http://127.0.0.1:1234",
  token: "secret",
  intervalMs: 500,
  requestMaxBytes: 16 * 1024 * 1024,
  storageDirectory: "/base/collector/storage",
  resource: RESOURCE,
  syslogPaths: ["/var/log/syslog"],
  isSyslogNew: false,
  journalStart: ALL_OF_IT,
};

function batchOf(requestMaxBytes: number): string | undefined {
  return collectorEnvironment({}, [], { ...VARIABLES, requestMaxBytes })["WARP_TELEMETRY_COLLECTOR_BATCH_BYTES"];
}

describe("collectorEnvironment()", () => {
  test("passes PATH, TZ and the names listed, and leaves the agent's secrets out", () => {
    const environment = { PATH: "/bin", TZ: "UTC", HOME: "/root", GITHUB_TOKEN: "hidden", MINE: "1" };
    const result = collectorEnvironment(environment, ["MINE", "NOT_SET"], VARIABLES);
    expect(result).toMatchObject({ PATH: "/bin", TZ: "UTC", MINE: "1" });
    expect(
      Object.keys(result)
        .filter((name) => !name.startsWith("WARP_TELEMETRY_"))
        .sort(),
    ).toEqual(["GOMAXPROCS", "GOMEMLIMIT", "MINE", "PATH", "TZ"]);
  });

  test("lets a listed name override a limit of Go, but none of our own variables", () => {
    const environment = { GOMAXPROCS: "8", WARP_TELEMETRY_COLLECTOR_TOKEN: "forged" };
    const result = collectorEnvironment(environment, Object.keys(environment), VARIABLES);
    expect(result["GOMAXPROCS"]).toBe("8");
    expect(result["WARP_TELEMETRY_COLLECTOR_TOKEN"]).toBe("secret");
  });

  test("passes no other setting of ours: they may hold secrets", () => {
    const environment = { WARP_TELEMETRY_SECRET: "hidden" };
    expect(collectorEnvironment(environment, ["WARP_TELEMETRY_SECRET"], VARIABLES)).not.toHaveProperty(
      "WARP_TELEMETRY_SECRET",
    );
  });

  test("keeps batches far below what the receiver takes, and never above half a MiB", () => {
    expect(batchOf(16 * 1024 * 1024)).toBe("524288");
    expect(batchOf(1024 * 1024)).toBe("65536");
  });

  test("writes durations with their unit and lists as YAML lists", () => {
    expect(collectorEnvironment({}, [], VARIABLES)).toMatchObject({
      WARP_TELEMETRY_COLLECTOR_INTERVAL: "500ms",
      WARP_TELEMETRY_SYSLOG_PATHS: '["/var/log/syslog"]',
    });
  });
});
