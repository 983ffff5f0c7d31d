import { expect, test } from "bun:test";
import { loadConfig } from "../../src/config/load-config.ts";
import { resourceOf } from "../../src/manager/resource-of.ts";
import { type GivenPlaces, placesOf } from "../config/places.ts";

function resource(given: GivenPlaces) {
  const { config } = loadConfig(placesOf(given));
  return resourceOf(config, { version: "1.2.3", variables: {}, executableDirectory: "." });
}

test("the service is the predecessor's for the WarpBuild API alone", () => {
  const agent = { id: "runner-1", polling_secret: "s3cret", host_url: "https://backend.example/api/v1" };
  const platform = { "telemetry.version": "1.2.3", "telemetry.vm_os": process.platform };
  const ofWarpbuild = { "host.name": "runner-1", "service.name": "warpbuild-agent", ...platform };
  expect(resource({ settings: { agent } })).toEqual(ofWarpbuild);
  expect(resource({})).toMatchObject({ "service.name": "ci-runner" });
});

test("the settings add attributes and replace them, all behind the first =", () => {
  const flags = { "telemetry.collector.resource": ["team=a=b", "service.name=build-fleet", "empty="] };
  expect(resource({ flags })).toMatchObject({ team: "a=b", "service.name": "build-fleet", empty: "" });
});
