import { describe, expect, test } from "bun:test";
import { keepSecret, keepSecretsOf, keepUnknown, mask } from "../../src/lib/mask.ts";
import { leaksIn } from "../support/leaks.ts";

// The registry is the process's own: values that no other test uses.
const SECRET = 'Qv7/xK+9mZ_p"w\\T-4rNs2==';
const ELEVEN = "Hq8Lw3Yt6Zb";
const FOUR = "J7#q";
const UNICODE = "pässwört-mit-ümläuten";
const KEY = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\nEFAASCBKcwggSjAgEAAoIBAQ\n-----END KEY-----";
const PATH = "/etc/warp-telemetry/token.txt";
for (const value of [SECRET, ELEVEN, FOUR, UNICODE, KEY]) keepSecret(value);
keepSecret(PATH, { isWhole: true });

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const base64Url = (text: string): string => Buffer.from(text).toString("base64url");
const hex = (text: string): string => Buffer.from(text).toString("hex");
const everyCharacter = (text: string, prefix: string): string =>
  Array.from(text, (char) => prefix + (char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")).join("");
const everyByte = (text: string, prefix: string, digits: number): string =>
  [...Buffer.from(text)].map((byte) => prefix + byte.toString(16).padStart(digits, "0")).join("");

describe("mask() hides a secret", () => {
  const forms: Readonly<Record<string, (secret: string) => string>> = {
    "as it is": (secret) => secret,
    "in small letters": (secret) => secret.toLowerCase(),
    "in capital letters": (secret) => secret.toUpperCase(),
    "in JSON": (secret) => JSON.stringify({ secret }),
    "in JSON in JSON": (secret) => JSON.stringify(JSON.stringify({ secret })),
    "in JSON with escaped slashes": (secret) => JSON.stringify(secret).replaceAll("/", "\\/"),
    "with every character escaped": (secret) => everyCharacter(secret, "\\u"),
    "as C writes bytes": (secret) => everyByte(secret, "\\x", 2),
    "in a URL": encodeURIComponent,
    "in a URL, small digits": (secret) => encodeURIComponent(secret).toLowerCase(),
    "in a URL in a URL": (secret) => encodeURIComponent(encodeURIComponent(secret)),
    "every byte as in a URL": (secret) => everyByte(secret, "%", 2),
    "in HTML": (secret) => Bun.escapeHTML(secret),
    "in HTML, every character": (secret) => Array.from(secret, (char) => `&#${char.codePointAt(0)};`).join(""),
    "in base64": base64,
    "in base64 for URLs": base64Url,
    "in base64 behind one byte": (secret) => base64(`:${secret}`),
    "in base64 behind two bytes": (secret) => base64(`u:${secret}`),
    "as HTTP's user and password": (secret) => `Basic ${base64(`runner:${secret}`)}`,
    "in base64 in JSON in base64": (secret) => base64(JSON.stringify({ token: base64(secret) })),
    "in hexadecimal": hex,
    "in hexadecimal, capital digits": (secret) => hex(secret).toUpperCase(),
  };
  test.each(Object.entries(forms))("%s", (_, form) => {
    for (const secret of [SECRET, UNICODE]) {
      const masked = mask(`the other side said ${form(secret)} and more`);
      expect(masked).toStartWith("the other side said ");
      expect(masked).toEndWith(" and more");
      expect(masked).toContain("***");
      expect(leaksIn(masked, { secret }), masked).toEqual([]);
      expect(masked.length, masked).toBeLessThan(80);
    }
  });

  test.each([
    ["its first half", SECRET.slice(0, 12)],
    ["its second half", SECRET.slice(12)],
    ["eight characters of it", SECRET.slice(5, 13)],
    ["its first half in base64", base64(SECRET.slice(0, 12))],
    ["its second half in base64", base64(SECRET.slice(12))],
    ["an odd part in base64", base64(SECRET.slice(7, 20))],
    ["a part in hexadecimal", hex(SECRET.slice(3, 12))],
  ])("quoted in part: %s", (_, part) => {
    const masked = mask(`<${part}>`);
    expect([leaksIn(masked, { SECRET, part }), masked.length < 12], masked).toEqual([[], true]);
  });

  test.each(["\n", "\r\n", "\\n", "\\r\\n", "\t", "\u0000"])("broken by %j", (lineEnd) => {
    expect(mask(`<${SECRET.slice(0, 4)}${lineEnd}${SECRET.slice(4)}>`)).toBe("<***>");
  });

  test("that has several lines, in one or as it is", () => {
    expect(mask(`<${KEY}>`)).toBe("<***>");
    expect(mask(`<${JSON.stringify(KEY).slice(1, -1)}>`)).toBe("<***>");
    expect(mask("MIIEvQIBADANBgkqhkiG9w0BAQ")).toBe("***");
  });

  test("of fewer than twelve characters only where it is whole", () => {
    expect(mask(`x${ELEVEN}x ${ELEVEN.slice(0, 10)}`)).toBe(`x***x ${ELEVEN.slice(0, 10)}`);
    expect(mask(`${FOUR}${FOUR} J7#`)).toBe("*** J7#");
    expect(mask(base64(ELEVEN))).toStartWith("***");
  });

  test("of fewer than four bytes not at all", () => {
    keepSecret("on");
    keepSecret("");
    keepSecret(undefined);
    expect(mask("on and on")).toBe("on and on");
  });

  test("that is a path only where it is whole", () => {
    expect(mask(`${PATH} /etc/warp-telemetry/other.txt`)).toBe("*** /etc/warp-telemetry/other.txt");
  });
});

describe("mask() takes from URLs", () => {
  const url =
    "https://bucket.s3.amazonaws.com/runs/a.log?X-Amz-Credential=AKIA%2F20261126&X-Amz-Signature=51b0&x=1#end";
  const shown = "https://bucket.s3.amazonaws.com/runs/a.log?***";
  test.each([
    ["the query and the fragment", `PUT ${url} failed`, `PUT ${shown} failed`],
    ["a fragment alone", "see https://host/page#token=1", "see https://host/page#***"],
    ["the user", "from postgres://me:pw@db:5432/x?y", "from postgres://***@db:5432/x?***"],
    ["a user without a password", "https://token@host/", "https://***@host/"],
    ["the query of each of several", `${url} "${url}"`, `${shown} "${shown}"`],
    ["the query in JSON", JSON.stringify({ url }), JSON.stringify({ url: shown })],
    ["the query in HTML", `<a href="${Bun.escapeHTML(url)}">`, `<a href="${shown}">`],
    ["the query, all of it encoded", encodeURIComponent(url), encodeURIComponent(shown.slice(0, -3)) + "***"],
    ["the query of a path", "GET /runs/a.log?X-Amz-Signature=51b0 HTTP/1.1", "GET /runs/a.log?*** HTTP/1.1"],
    ["a parameter alone", "bad X-Amz-Signature=51b0&x=1", "bad X-Amz-Signature=***&x=1"],
    [
      "a header",
      "x-amz-security-token: FwoG, Authorization: Bearer abc",
      "x-amz-security-token: *** Authorization: Bearer ***",
    ],
    ["all of one in base64", `<${base64(url)}>`, "<***>"],
    ["all of one in base64 that was cut", `<${base64(url).slice(3, -9)}>`, "<***>"],
    ["all of one in hexadecimal", `<${hex(url)}>`, "<***>"],
  ])("%s", (_, text, expected) => {
    expect(mask(text)).toBe(expected);
  });

  test("nothing when there is nothing to take", () => {
    const text = 'listening on http://[::1]:33931/, "https://host:1/a/b" is 5? yes; 2026-11-26T23:45:10.252Z';
    expect(mask(text)).toBe(text);
  });
});

describe("keepSecretsOf()", () => {
  test("hides the signature, the tokens and the password of a URL wherever they are quoted", () => {
    const [signature, token, password] = [
      "9f86d081884c7d659a2feaa0c55ad015",
      "FwoGZXIvYXdzEBYaDHqa0w",
      "p%40ssw0rd-of-proxy",
    ];
    keepSecretsOf(`https://me:${password}@host/key?X-Amz-Signature=${signature}&X-Amz-Security-Token=${token}`);
    expect(mask(`${signature} ${token} ${password} ${decodeURIComponent(password)}`)).toBe("*** *** *** ***");
    expect(mask(base64(`sig ${signature}`))).toContain("***");
  });

  test("hides the key of a credential, and leaves its date, which is in every object's name", () => {
    keepSecretsOf("https://host/key?X-Amz-Credential=ASIAJ3X9MASKTESTKEY%2F20261126%2Fus-east-1%2Fs3%2Faws4_request");
    expect(mask("ASIAJ3X9MASKTESTKEY 20261126-153047.logs.log us-east-1")).toBe(
      "*** 20261126-153047.logs.log us-east-1",
    );
  });

  test("takes what is no URL", () => {
    expect(() => keepSecretsOf("no URL")).not.toThrow();
  });
});

describe("keepUnknown()", () => {
  test.each([
    ["a word", "Zx7-unknown-word-5521", "<Zx7-unknown-word-5521>", "<***>"],
    ["part of a word", "Zx8-unknown-word-5522", "<Zx8-unkno>", "<***>"],
    ["a whole path", "/var/lib/unknown/token-5523", "</var/lib/unknown/token-5523>", "<***>"],
    ["no part of a path", "/var/lib/unknown/token-5524", "</var/lib/unknown/other>", "</var/lib/unknown/other>"],
    ["a password in a URL", "https://me:pw-5525-long-word@host:1/a", "<pw-5525-long-word>", "<***>"],
    [
      "the address of a webhook",
      "https://hooks.host/services/T05526/Zx9qrstuvwxy5526abcd",
      "<Zx9qrstuvwxy5526abcd>",
      "<***>",
    ],
    [
      "no address",
      "https://collector.host:4317/v1",
      "<https://collector.host:4317/v1>",
      "<https://collector.host:4317/v1>",
    ],
  ])("hides %s", (_, value, text, expected) => {
    keepUnknown(value);
    expect(mask(text)).toBe(expected);
  });
});

// What grows with the square of the length would not end within the test's time.
test.each([
  ["no secret at all", "words and words "],
  ["many URLs", "://a@b?c=d"],
  ["one endless URL", "http://@?a="],
  ["letters of base64", "QUJD"],
  ["characters encoded thrice", "%252525"],
  ["beginnings of a secret", SECRET.slice(0, 7)],
])("mask() takes time in proportion to a text with %s", (_, piece) => {
  expect(mask(piece.repeat(200_000 / piece.length))).toBeString();
});
