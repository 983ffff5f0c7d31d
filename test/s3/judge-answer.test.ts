import { describe, expect, test } from "bun:test";
import { judgeAnswer, judgeFailure, judgeRefusal } from "../../src/s3/judge-answer.ts";
import type { RefusalName } from "../../src/s3/refusal.ts";
import { readAnswer } from "../../src/s3/store-answer.ts";
import { page, storeError } from "../support/scripted-store.ts";

const etag = { etag: '"8a80554c91d9fca8acb82f023de02f11"' };

function answer(status: number, headers: Record<string, string> = {}, body = ""): Response {
  return new Response(status === 204 ? null : body, { status, headers });
}

describe("judgeAnswer() takes for stored", () => {
  test.each<[string, Response]>([
    ["S3", answer(200, { ...etag, "x-amz-request-id": "A", "x-amz-id-2": "B" })],
    ["versitygw", answer(200, { ...etag, "x-amz-request-id": "A, A", server: "VERSITYGW", "content-length": "0" })],
    ["an ETag alone, as R2 and Garage answer", answer(200, { ...etag, "cf-ray": "1" })],
    ["a request id alone", answer(200, { "x-amz-request-id": "A" })],
    ["GCS", answer(200, { "x-guploader-uploadid": "A", "x-goog-hash": "crc32c=AAAAAA==" })],
    ["Azure", answer(201, { ...etag, "x-ms-request-id": "A" })],
    ["204 with an ETag", answer(204, etag)],
    ["XML that is no error", answer(200, etag, '<?xml version="1.0"?><PutObjectResult/>')],
    ["Ceph's type for nothing", answer(201, { ...etag, "content-type": "text/html; charset=UTF-8" })],
  ])("the answer of %s", async (_, response) => {
    expect(judgeAnswer(await readAnswer(response))).toEqual({ kind: "stored" });
  });
});

describe("judgeAnswer() does not take for stored, and leaves in doubt,", () => {
  test.each<[string, Response, RefusalName]>([
    ["a page", page(200), "portal"],
    ["a page with an ETag and a request id", page(200, { ...etag, "x-amz-request-id": "A" }), "portal"],
    ["a page that calls itself a text", answer(200, { ...etag, "content-type": "text/plain" }, "<html>"), "portal"],
    ["a page in XML", answer(200, { ...etag }, '<?xml version="1.0"?><!DOCTYPE html><html/>'), "portal"],
    ["a page of another type", answer(200, { ...etag, "content-type": "application/xhtml+xml" }, "<x/>"), "portal"],
    ["a word", answer(200, { ...etag, "content-type": "text/plain" }, "success"), "portal"],
    ["JSON", answer(200, { ...etag }, '{"ok":true}'), "portal"],
    ["nothing at all", answer(200), "portal"],
    ["204 without a word", answer(204), "portal"],
    ["a promise", answer(202, etag), "portal"],
    ["what something between has made of it", answer(203, etag), "portal"],
    ["an empty ETag", answer(200, { etag: "" }), "portal"],
    ["success with an error in it", storeError(200, "InternalError", { headers: etag }), "failing"],
    ["success with an unknown error in it", storeError(200, "Whatever", { headers: etag }), "failing"],
    ["a login", answer(302, { location: "http://portal.example/login" }), "portal"],
    ["a redirect of nobody known", answer(307, { location: "http://portal.example/login" }), "portal"],
    ["a permanent one", answer(301, { location: "https://proxy.example/" }), "portal"],
    ["511", page(511), "portal"],
    ["a page that forbids", page(403), "portal"],
    ["a page that misses", page(404, etag), "portal"],
    ["a gateway", page(502), "failing"],
    ["a gateway without a store", page(503), "busy"],
    ["a slow gateway", answer(504), "failing"],
    ["a proxy's limit", page(413), "too-large"],
    ["403 of nobody known", answer(403), "rights"],
    ["500", storeError(500, "InternalError"), "failing"],
    ["SlowDown", storeError(503, "SlowDown"), "busy"],
    ["429", answer(429, { "x-amz-request-id": "A" }), "busy"],
    ["an unknown status", answer(530, { "x-amz-request-id": "A" }), "failing"],
  ])("%s", async (_, response, name) => {
    const read = await readAnswer(response);
    const { refusal, isOutcomeKnown } = judgeRefusal(read);
    expect(judgeAnswer(read).kind).toBe("refused");
    expect({ name: refusal.name, isOutcomeKnown }).toEqual({ name, isOutcomeKnown: false });
  });

  test("an answer whose body broke off", async () => {
    const broken = new ReadableStream({ start: (body) => body.error(new Error("reset")) });
    const response = new Response(broken, { headers: etag });
    expect(judgeAnswer(await readAnswer(response))).toMatchObject({ kind: "refused", isOutcomeKnown: false });
  });
});

describe("judgeAnswer() knows that nothing was stored by", () => {
  test.each<[string, Response, RefusalName]>([
    ["400 ExpiredToken", storeError(400, "ExpiredToken"), "credentials"],
    ["403 ExpiredToken", storeError(403, "ExpiredToken"), "credentials"],
    ["400 InvalidToken", storeError(400, "InvalidToken"), "credentials"],
    ["403 InvalidAccessKeyId", storeError(403, "InvalidAccessKeyId"), "credentials"],
    ["403 SignatureDoesNotMatch", storeError(403, "SignatureDoesNotMatch"), "credentials"],
    ["400 ExpiredRequest", storeError(400, "ExpiredRequest"), "credentials"],
    ["403 RequestExpired", storeError(403, "RequestExpired"), "credentials"],
    ["403 AuthenticationFailed", storeError(403, "AuthenticationFailed"), "credentials"],
    ["401 of a store", answer(401, { "x-ms-request-id": "A" }), "credentials"],
    ["410 of a store", answer(410, { "x-bz-request-id": "A" }), "credentials"],
    ["403 AccessDenied", storeError(403, "AccessDenied", { message: "Request has expired" }), "rights"],
    ["403 Whatever", storeError(403, "Whatever"), "rights"],
    ["403 RequestTimeTooSkewed", storeError(403, "RequestTimeTooSkewed"), "clock"],
    ["400 AuthorizationHeaderMalformed", storeError(400, "AuthorizationHeaderMalformed"), "region"],
    ["400 IllegalLocationConstraintException", storeError(400, "IllegalLocationConstraintException"), "region"],
    ["301 PermanentRedirect", storeError(301, "PermanentRedirect"), "region"],
    ["307 TemporaryRedirect", storeError(307, "TemporaryRedirect"), "region"],
    ["301 of a store", answer(301, { "x-amz-request-id": "A" }), "region"],
    ["404 NoSuchBucket", storeError(404, "NoSuchBucket"), "bucket"],
    ["400 KeyTooLongError", storeError(400, "KeyTooLongError"), "key"],
    ["409 OperationAborted", storeError(409, "OperationAborted"), "conflict"],
    ["409 ConditionalRequestConflict", storeError(409, "ConditionalRequestConflict"), "conflict"],
    ["412 PreconditionFailed", storeError(412, "PreconditionFailed"), "name-taken"],
    ["409 BlobAlreadyExists", storeError(409, "BlobAlreadyExists"), "name-taken"],
    ["501 NotImplemented", storeError(501, "NotImplemented"), "header"],
    ["400 BadDigest", storeError(400, "BadDigest"), "checksum"],
    ["400 XAmzContentSHA256Mismatch", storeError(400, "XAmzContentSHA256Mismatch"), "checksum"],
    [
      "400 InvalidRequest for want of a checksum",
      storeError(400, "InvalidRequest", {
        message: "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock",
      }),
      "checksum-wanted",
    ],
    ["400 InvalidRequest", storeError(400, "InvalidRequest"), "refused"],
    ["400 EntityTooLarge", storeError(400, "EntityTooLarge"), "too-large"],
    ["403 QuotaExceeded", storeError(403, "QuotaExceeded"), "full"],
    ["400 KMS.DisabledException", storeError(400, "KMS.DisabledException"), "encryption"],
    ["403 AccountProblem", storeError(403, "AccountProblem"), "account"],
    ["405 MethodNotAllowed", storeError(405, "MethodNotAllowed"), "endpoint"],
    ["407", answer(407), "proxy"],
    ["407 and a page", page(407), "proxy"],
  ])("%s", async (_, response, name) => {
    const { refusal, isOutcomeKnown } = judgeRefusal(await readAnswer(response));
    expect({ name: refusal.name, isOutcomeKnown }).toEqual({ name, isOutcomeKnown: true });
  });
});

describe("judgeAnswer() shows to everybody", () => {
  test.each<[string, Response]>([
    ["503 SlowDown", storeError(503, "SlowDown")],
    ["403 AccessDenied: no right to write there", storeError(403, "AccessDenied")],
    ["500", answer(500)],
    ["200 and an HTML page: the answer is not one of a store", page(200)],
    ["400 with an unknown code", storeError(400, "hush")],
    ["400 with an unknown code", storeError(400, "AKIATESTTESTTESTTEST")],
    ["400 with an unknown code", storeError(400, "SlowDown hush")],
    ["400 with an unknown code", storeError(400, "slowdown")],
    ["400 with an unknown code", storeError(400, "a".repeat(100))],
  ])("%s, and no word of others: case %#", async (reason, response) => {
    expect(judgeRefusal(await readAnswer(response)).reason).toBe(reason);
  });

  test("how long the store wants to be left alone, and the log what it says", async () => {
    const response = storeError(503, "SlowDown", { headers: { "retry-after": "7" } });
    const detail = expect.stringContaining("<Code>SlowDown</Code>");
    expect(judgeRefusal(await readAnswer(response))).toMatchObject({ afterMs: 7000, detail });
  });
});

test.each<[string, RefusalName, boolean]>([
  ["ConnectionRefused", "unreachable", true],
  ["ECONNREFUSED", "unreachable", true],
  ["ENOTFOUND", "unreachable", true],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "certificate", true],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "certificate", true],
  ["ERR_PROXY_TUNNEL", "tunnel", true],
  ["ECONNRESET", "unanswered", false],
  ["no answer in time", "unanswered", false],
  ["the request failed", "unanswered", false],
  ["TypeError", "unanswered", false],
])("judgeFailure() of %s is %s", (reason, name, isOutcomeKnown) => {
  const failure = judgeFailure({ reason });
  expect({ name: failure.refusal.name, isOutcomeKnown: failure.isOutcomeKnown }).toEqual({ name, isOutcomeKnown });
});

test("judgeFailure() of a proxy that wants a login is known by what it says", () => {
  const detail = "Proxy refused to open a tunnel: 407 Proxy Authentication Required";
  expect(judgeFailure({ reason: "ERR_PROXY_TUNNEL", detail }).refusal.name).toBe("proxy");
});
