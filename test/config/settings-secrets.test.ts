import { expect, test } from "bun:test";
import { secretsIn, secretsOfVariables } from "../../src/config/settings-secrets.ts";

test("secretsIn() finds what is named so, in the sections of other daemons too", () => {
  const settings = {
    agent: { id: "runner", polling_secret: "one", runner_verification_token: "two", host_url: "https://x" },
    proxy: { users: [{ name: "me", password: "three" }], port: 1, token: null },
    cache: { API_KEY: "four", privateKey: "five", enabled: true },
  };
  expect(secretsIn(settings)).toEqual(["one", "two", "three", "four", "five"]);
  expect(secretsIn(undefined)).toEqual([]);
  const places = {
    token_file: "/run/token",
    secret_enabled: "true",
    token_url: "https://auth/token",
    credential_ttl: "600",
  };
  expect(secretsIn(places)).toEqual([]);
});

test("secretsOfVariables() finds ours, AWS's and what URLs carry", () => {
  const variables = {
    WARP_TELEMETRY_AGENT_POLLING_SECRET: "one",
    AWS_SECRET_ACCESS_KEY: "two",
    AWS_SESSION_TOKEN: "three",
    AWS_REGION: "eu-central-1",
    HTTPS_PROXY: "http://me:four@proxy:3128",
    all_proxy: "me:five@proxy:3128",
    AWS_ENDPOINT_URL: "http://127.0.0.1:9000",
    HOME: "/root",
  };
  expect(new Set(secretsOfVariables(variables))).toEqual(new Set(["one", "two", "three", "four", "five"]));
});
