import { expect, test } from "bun:test";
import { httpUrl, localUrl } from "../../src/lib/http-url.ts";

test("httpUrl() puts an IPv6 address in brackets", () => {
  expect([httpUrl("::1", 80), httpUrl("0.0.0.0", 80)]).toEqual(["http://[::1]:80", "http://0.0.0.0:80"]);
});

test.each([
  ["127.0.0.1", "http://127.0.0.1:80"],
  ["0.0.0.0", "http://127.0.0.1:80"],
  ["::", "http://[::1]:80"],
  ["::1", "http://[::1]:80"],
  ["localhost", "http://localhost:80"],
])("localUrl() makes of %s what this machine can reach: %s", (host, url) => {
  expect(localUrl(host, 80)).toBe(url);
});
