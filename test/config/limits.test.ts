import { describe, expect, test } from "bun:test";
import { loadConfig } from "../../src/config/load-config.ts";
import { placesOf } from "./places.ts";

const MiB = 1024 ** 2;

/** The limits in MiB, and how many warnings there are. */
function limits(given: Readonly<Record<string, string>>): Readonly<Record<string, number>> {
  const flags = Object.fromEntries(Object.entries(given).map(([name, value]) => [`telemetry.${name}`, value]));
  const { config, warnings } = loadConfig(placesOf({ flags }));
  return {
    request: config.receiver.maxRequestBytes / MiB,
    inFlight: config.receiver.inFlightMaxBytes / MiB,
    ring: config.rings.capacityBytes / MiB,
    object: config.upload.objectMaxBytes / MiB,
    puts: config.upload.putsInFlightMaxBytes / MiB,
    warnings: warnings.length,
  };
}

const DEFAULTS = { request: 16, inFlight: 32, ring: 32, object: 8, puts: 16, warnings: 0 };

describe("a default that conflicts with a given value follows it:", () => {
  test.each<[Record<string, string>, Partial<typeof DEFAULTS>]>([
    [{}, {}],
    [{ max_request_bytes: "64MiB" }, { request: 64, inFlight: 64, ring: 128, warnings: 1 }],
    [{ max_request_bytes: "512MiB" }, { request: 512, inFlight: 512, ring: 1024, warnings: 1 }],
    [{ max_request_bytes: "1MiB" }, { request: 1 }],
    [{ in_flight_max_bytes: "1MiB" }, { request: 1, inFlight: 1 }],
    [{ buffer_bytes: "8MiB" }, { request: 4, ring: 8 }],
    [
      { buffer_bytes: "8MiB", in_flight_max_bytes: "2MiB" },
      { request: 2, inFlight: 2, ring: 8 },
    ],
    [
      { buffer_bytes: "8MiB", max_request_bytes: "64MiB" },
      { request: 4, ring: 8, warnings: 1 },
    ],
    [{ object_max_bytes: "64MiB" }, { object: 64, puts: 64 }],
    [{ put_max_bytes: "1MiB" }, { object: 1, puts: 1 }],
  ])("%j", (given, expected) => {
    expect(limits(given)).toEqual({ ...DEFAULTS, ...expected });
  });
});
