import { describe, expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { charsetOf } from "../../src/http/charset.ts";
import { HttpFixture, logsJson } from "./fixture.ts";

const LATIN1 = "application/json; charset=ISO-8859-1";
const TEXT = "déjà vu: 5 € – ÿ";

/** In ISO-8859-1 as it is sent: as windows-1252. */
function latin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text.replaceAll("€", "\u0080").replaceAll("–", "\u0096"), "latin1"));
}

async function sent(contentType: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const fixture = new HttpFixture();
  const answer = await fixture.send("/v1/logs", { body, headers: { "content-type": contentType, ...headers } });
  return { status: answer.status, text: await answer.text(), lines: fixture.lines.map(({ line }) => line) };
}

describe("a JSON body in ISO-8859-1", () => {
  test.each([
    LATIN1,
    "application/json;charset=iso-8859-1",
    'APPLICATION/JSON; Charset="Latin1"',
    "application/json; odd=1; charset=windows-1252; other=2",
    "application/json; charset=iso_8859-1, application/json; charset=iso_8859-1",
  ])("is stored in UTF-8 when it comes as '%s'", async (contentType) => {
    expect(await sent(contentType, latin1(logsJson(TEXT)))).toEqual({
      status: 200,
      text: "{}",
      lines: [logsJson(TEXT)],
    });
  });

  test("may be compressed, and may be ASCII", async () => {
    const body = Uint8Array.from(gzipSync(latin1(logsJson(TEXT))));
    expect((await sent(LATIN1, body, { "content-encoding": "gzip" })).lines).toEqual([logsJson(TEXT)]);
    expect((await sent(LATIN1, logsJson("plain"))).lines).toEqual([logsJson("plain")]);
  });

  test("is decoded by the slow half of the codec, too", async () => {
    const odd = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"flags":"1","body":{"stringValue":"${TEXT}"}}]}]}]}`;
    expect((await sent(LATIN1, latin1(odd))).lines.join()).toContain(TEXT);
  });

  test("is rejected when it grows beyond the limit", async () => {
    const { status, text, lines } = await sent(LATIN1, latin1(logsJson("é".repeat(9000))));
    expect([status, lines]).toEqual([413, []]);
    expect(text).toContain("grows beyond that in UTF-8");
  });
});

test.each(["utf-16", "shift_jis", "iso-8859-15"])("JSON in %s is rejected, with what to do", async (charset) => {
  const { status, text, lines } = await sent(`application/json; charset=${charset}`, logsJson("x"));
  expect([status, lines]).toEqual([415, []]);
  expect(JSON.parse(text)).toMatchObject({ message: `Cannot take JSON in the charset "${charset}": send it in UTF-8` });
});

test("protobuf has no charset", async () => {
  expect(await sent("application/x-protobuf; charset=utf-16", "")).toMatchObject({ status: 200, text: "" });
});

test.each(["utf-8", "UTF8", "us-ascii", '"utf-8"', ""])("charsetOf() takes charset=%s for UTF-8", (charset) => {
  expect(charsetOf(`application/json; charset=${charset}`)).toBe("utf-8");
});
