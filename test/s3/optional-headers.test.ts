import { describe, expect, test } from "bun:test";
import { OptionalHeaders } from "../../src/s3/optional-headers.ts";
import { readAnswer } from "../../src/s3/store-answer.ts";
import { storeError } from "../support/scripted-store.ts";

const ALL = ["if-none-match", "checksum"] as const;

/** What goes with the requests after each of these answers; `false` where nothing is left to try. */
async function after(...answers: readonly Response[]): Promise<readonly (readonly string[] | false)[]> {
  const headers = new OptionalHeaders();
  const sent: (readonly string[] | false)[] = [];
  for (const answer of answers) {
    const hasGivenUp = headers.giveUp(await readAnswer(answer));
    sent.push(hasGivenUp && ALL.filter((header) => headers.has(header)));
  }
  return sent;
}

const unnamed = (): Response => new Response("", { status: 501 });

describe("OptionalHeaders", () => {
  test("all go with the first request", () => {
    const headers = new OptionalHeaders();
    expect(ALL.filter((header) => headers.has(header))).toEqual([...ALL]);
  });

  test.each([
    [
      "B2",
      storeError(400, "InvalidArgument", {
        message: "Unsupported header 'x-amz-checksum-crc32' received for this API call.",
      }),
    ],
    [
      "R2",
      storeError(501, "NotImplemented", { message: "Header 'x-amz-checksum-crc32' with value 'AA==' not implemented" }),
    ],
    [
      "S3, of one that is not signed",
      storeError(403, "AccessDenied", {
        message: "There were headers present in the request which were not signed",
        extra: "<HeadersNotSigned>content-md5</HeadersNotSigned>",
      }),
    ],
  ])("without the checksum that %s refuses by its name", async (_, answer) => {
    expect(await after(answer)).toEqual([["if-none-match"]]);
  });

  test("without If-None-Match where S3 names it", async () => {
    const named = storeError(501, "NotImplemented", {
      message: "A header you provided implies functionality that is not implemented",
      extra: "<Header>If-None-Match</Header>",
    });
    expect(await after(named, unnamed())).toEqual([["checksum"], []]);
  });

  test("one by one where the store does not say which", async () => {
    expect(await after(unnamed(), unnamed(), unnamed(), unnamed())).toEqual([
      ["if-none-match"],
      ["checksum"],
      [],
      false,
    ]);
  });

  test.each([
    [
      "a digest that is wrong",
      storeError(400, "BadDigest", { message: "The Content-MD5 you specified did not match what we received." }),
    ],
    [
      "a digest that is none",
      storeError(400, "InvalidDigest", { message: "The Content-MD5 you specified is not valid." }),
    ],
    [
      "a wish for one",
      storeError(400, "InvalidRequest", {
        message:
          "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
      }),
    ],
    ["a name that is taken", storeError(412, "PreconditionFailed", { extra: "<Condition>If-None-Match</Condition>" })],
    ["something else", storeError(400, "InvalidArgument", { message: "Unsupported storage class" })],
  ])("with all of them after %s", async (_, answer) => {
    expect(await after(answer)).toEqual([false]);
  });
});
