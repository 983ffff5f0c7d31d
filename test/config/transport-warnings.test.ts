import { describe, expect, test } from "bun:test";
import { loadConfig } from "../../src/config/load-config.ts";
import { placesOf } from "./places.ts";

const PASSWORD = "pass-word";
const PROXY = `http://me:${PASSWORD}@proxy.test:3128`;

/** Messages with the variable or host that they name. */
function warningsOf(
  hostUrl: string | undefined,
  variables: Record<string, string> = {},
  telemetry: object = {},
): string[] {
  const agent = hostUrl === undefined ? {} : { id: "r", polling_secret: "hush", host_url: hostUrl };
  const { warnings } = loadConfig(placesOf({ settings: { agent, telemetry }, variables }));
  expect(JSON.stringify(warnings)).not.toContain(PASSWORD);
  return warnings.map(({ message, facts }) => `${message} (${facts["variable"] ?? facts["host"]})`);
}

describe("loadConfig() warns of", () => {
  test("an API that is asked by plain HTTP, unless it is this machine", () => {
    const message = "agent.host_url is plain HTTP: anybody on the way can read the polling secret (api.test:8080)";
    expect(warningsOf("http://api.test:8080/v1")).toEqual([message]);
    for (const url of ["https://api.test", "http://127.0.0.1:1", "http://localhost", "http://[::1]:1"]) {
      expect(warningsOf(url)).toEqual([]);
    }
  });

  test("certificates that nobody checks", () => {
    const variables = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    const message = "No certificate is checked: anybody on the way can read and answer what is sent by HTTPS";
    expect(warningsOf("https://api.test", variables)).toEqual([`${message} (NODE_TLS_REJECT_UNAUTHORIZED=0)`]);
    expect(warningsOf("https://api.test", { NODE_TLS_REJECT_UNAUTHORIZED: "1" })).toEqual([]);
  });

  test("proxies, in clear or not, unless they are not meant", () => {
    expect(warningsOf("http://127.0.0.1:1", { http_proxy: PROXY })).toEqual([
      "A proxy gets the polling secret (http_proxy)",
    ]);
    expect(warningsOf("https://api.test", { HTTPS_PROXY: PROXY })).toEqual([
      "Requests go through a proxy (HTTPS_PROXY)",
    ]);
    expect(warningsOf("https://api.test", { HTTPS_PROXY: PROXY, NO_PROXY: ".test" })).toEqual([]);
    expect(warningsOf(undefined, { HTTPS_PROXY: PROXY })).toEqual([]);
  });

  test("the same of an S3 store", () => {
    const s3 = { destination: "s3://bucket/prefix" };
    const endpoint = { AWS_ENDPOINT_URL: "http://minio.test:9000" };
    expect(warningsOf(undefined, {}, s3)).toEqual([]);
    expect(warningsOf(undefined, { HTTPS_PROXY: PROXY }, s3)).toEqual(["Requests go through a proxy (HTTPS_PROXY)"]);
    expect(warningsOf(undefined, { ...endpoint, HTTP_PROXY: PROXY }, s3)).toEqual([
      "AWS_ENDPOINT_URL is plain HTTP: anybody on the way can read the lines and the session token (minio.test:9000)",
      "A proxy gets the lines and the session token (HTTP_PROXY)",
    ]);
  });

  test("nothing when nothing is to be done", () => {
    expect(warningsOf("http://api.test", { NODE_TLS_REJECT_UNAUTHORIZED: "0" }, { enabled: false })).toEqual([]);
  });
});
