import { describe, expect, test } from "bun:test";
import { proxyVariableOf } from "../../src/lib/proxy-variable.ts";

const PROXY = "http://proxy.test:3128";
const IP = "http://10.1.2.3:8080/x";
const NAME = "http://api.Example.test/x";

// Each row was seen with the fetch of Bun 1.4.5, but for those of HTTPS.
describe("proxyVariableOf()", () => {
  test.each<[string, Record<string, string>, string, string | undefined]>([
    ["nothing", {}, IP, undefined],
    ["the protocol's variable", { HTTP_PROXY: PROXY }, IP, "HTTP_PROXY"],
    ["small letters first", { HTTP_PROXY: PROXY, http_proxy: PROXY }, IP, "http_proxy"],
    ["an empty variable as absent", { HTTP_PROXY: PROXY, http_proxy: "" }, IP, "HTTP_PROXY"],
    ["no other spelling", { Http_Proxy: PROXY }, IP, undefined],
    ["not the other protocol's", { HTTPS_PROXY: PROXY }, IP, undefined],
    ["that of HTTPS", { HTTPS_PROXY: PROXY, HTTP_PROXY: PROXY }, "https://x.test", "HTTPS_PROXY"],
    ["the one for all", { ALL_PROXY: PROXY }, IP, "ALL_PROXY"],
  ])("takes %s", (_, variables, url, expected) => {
    expect(proxyVariableOf(new URL(url), variables)).toBe(expected);
  });

  test.each<[string, string, boolean]>([
    ["*", IP, true],
    ["10.1.2.3", IP, true],
    [" foo , 10.1.2.3", IP, true],
    ["10.1.2.3:8080", IP, true],
    ["10.1.2.3:1", IP, false],
    ["10.0.0.0/8", IP, true],
    ["11.0.0.0/8", IP, false],
    ["10.0.0.0/99", IP, false],
    ["2.3", IP, false],
    ["10.1.2.3/", IP, false],
    ["", IP, false],
    ["example.test", NAME, true],
    [".example.test", NAME, true],
    ["*.example.test", NAME, true],
    ["API.example.TEST", NAME, true],
    ["example.test:80", NAME, true],
    ["ample.test", NAME, false],
    ["x.api.example.test", NAME, false],
    ["::1", "http://[::1]:1/", true],
    ["[::1]:1", "http://[::1]:1/", true],
  ])("NO_PROXY=%j for %s: %p", (exceptions, url, isMeant) => {
    const expected = isMeant ? undefined : "HTTP_PROXY";
    expect(proxyVariableOf(new URL(url), { HTTP_PROXY: PROXY, NO_PROXY: exceptions })).toBe(expected);
    expect(proxyVariableOf(new URL(url), { HTTP_PROXY: PROXY, NO_PROXY: "x", no_proxy: exceptions || "x" })).toBe(
      expected,
    );
  });
});
