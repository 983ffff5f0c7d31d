import { expect, test } from "bun:test";
import { regionHint } from "../../src/s3/region-hint.ts";
import { readAnswer } from "../../src/s3/store-answer.ts";
import { storeError } from "../support/scripted-store.ts";

const redirect = (location: string): Response => new Response("", { status: 307, headers: { location } });

test.each<[string, Response, string | undefined]>([
  ["a header", new Response("", { status: 301, headers: { "x-amz-bucket-region": "eu-central-1" } }), "eu-central-1"],
  [
    "the body",
    storeError(400, "AuthorizationHeaderMalformed", { extra: "<Region>us-gov-west-1</Region>" }),
    "us-gov-west-1",
  ],
  [
    "the words",
    storeError(400, "AuthorizationHeaderMalformed", {
      message: "the region 'us-east-1' is wrong; expecting 'eu-west-1'",
    }),
    "eu-west-1",
  ],
  [
    "an endpoint",
    storeError(301, "PermanentRedirect", { extra: "<Endpoint>bkt.s3-us-west-2.amazonaws.com</Endpoint>" }),
    "us-west-2",
  ],
  [
    "an endpoint of today",
    storeError(301, "PermanentRedirect", { extra: "<Endpoint>s3.eu-north-1.amazonaws.com</Endpoint>" }),
    "eu-north-1",
  ],
  [
    "an endpoint in China",
    storeError(301, "PermanentRedirect", { extra: "<Endpoint>b.s3.cn-north-1.amazonaws.com.cn</Endpoint>" }),
    "cn-north-1",
  ],
  ["a location", redirect("https://bkt.s3.eu-west-3.amazonaws.com/key?X-Amz-Signature=x"), "eu-west-3"],
  [
    "a location with both switches",
    redirect("https://bkt.s3-fips.dualstack.us-gov-east-1.amazonaws.com/key"),
    "us-gov-east-1",
  ],
  ["a location elsewhere", redirect("https://s3.eu-west-3.amazonaws.com.evil.example/key"), undefined],
  [
    "an endpoint elsewhere",
    storeError(301, "PermanentRedirect", { extra: "<Endpoint>s3.eu-west-3.evil.example</Endpoint>" }),
    undefined,
  ],
  [
    "the endpoint for all",
    storeError(301, "PermanentRedirect", { extra: "<Endpoint>s3.amazonaws.com</Endpoint>" }),
    undefined,
  ],
  ["a page of somebody", new Response("<html><Region>eu-west-1</Region></html>", { status: 403 }), undefined],
  ["nothing", storeError(400, "AuthorizationHeaderMalformed"), undefined],
])("regionHint() of %s", async (_, response, region) => {
  expect(regionHint(await readAnswer(response), true)).toBe(region);
});

test.each(["garage", "auto", "us-west-004", "fr-par", "nyc3", "default"])(
  "other stores name a region %s",
  async (region) => {
    const answer = await readAnswer(
      storeError(400, "AuthorizationHeaderMalformed", { extra: `<Region>${region}</Region>` }),
    );
    expect(regionHint(answer, false)).toBe(region);
    expect(regionHint(answer, true)).toBeUndefined();
  },
);

test.each([
  "evil.example/",
  "eu-central-1.evil.example",
  "AKIATESTTESTTESTTEST",
  "9f86d081884c7d659a2feaa0c55ad015",
  "eu central 1",
  "",
  "a".repeat(33),
])("no store names a region %j", async (region) => {
  const answer = await readAnswer(new Response("", { status: 301, headers: { "x-amz-bucket-region": region } }));
  expect(regionHint(answer, false)).toBeUndefined();
});
