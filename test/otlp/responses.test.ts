import { describe, expect, test } from "bun:test";
import { encodeMessage } from "../../src/otlp/encode-message.ts";
import { CONTENT_TYPES, statusBody, successBody } from "../../src/otlp/responses.ts";
import { messageOf } from "../../src/otlp/schema.ts";
import { officialType, otlpJson } from "./oracle.ts";

const text = (bytes: Uint8Array) => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

/** A protobuf Status with its details decoded. */
function readStatus(bytes: Uint8Array): unknown {
  const status = officialType("Status").decode(bytes).toJSON();
  const details = (status["details"] ?? []).map((any: { typeUrl: string; value: string }) => {
    const type = any.typeUrl.replace("type.googleapis.com/google.rpc.", "");
    return { type, ...Object(otlpJson(type, Buffer.from(any.value, "base64"))) };
  });
  return { ...status, details };
}

test("item 20: CONTENT_TYPES have no parameters", () => {
  expect(CONTENT_TYPES).toEqual({ json: "application/json", protobuf: "application/x-protobuf" });
});

test("item 19: successBody() leaves partial_success unset", () => {
  expect(text(successBody("json"))).toBe("{}");
  expect(successBody("protobuf")).toHaveLength(0);
});

describe("items 25 and 26: statusBody()", () => {
  const status = {
    code: 3,
    message: "Cannot read a.b",
    fieldViolation: { field: "a.b", description: '"x" at byte 1, a number wanted' },
    retryDelaySeconds: 1.5,
  };

  test("writes a bare status", () => {
    expect(text(statusBody("json", { code: 14, message: "full" }))).toBe('{"code":14,"message":"full"}');
    expect(readStatus(statusBody("protobuf", { code: 14, message: "full" }))).toEqual({
      code: 14,
      message: "full",
      details: [],
    });
  });

  test("writes its details in JSON as google.protobuf.Any has them there", () => {
    expect(JSON.parse(text(statusBody("json", status)))).toEqual({
      code: 3,
      message: "Cannot read a.b",
      details: [
        { "@type": "type.googleapis.com/google.rpc.BadRequest", fieldViolations: [status.fieldViolation] },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "1.5s" },
      ],
    });
  });

  test("writes its details in protobuf", () => {
    expect(readStatus(statusBody("protobuf", status))).toEqual({
      code: 3,
      message: "Cannot read a.b",
      details: [
        { type: "BadRequest", fieldViolations: [status.fieldViolation] },
        { type: "RetryInfo", retryDelay: { seconds: "1", nanos: 500_000_000 } },
      ],
    });
  });

  test.each([
    [5, "5s"],
    [0, "0s"],
    [1.9996, "2s"],
  ])("writes a delay of %p seconds as %p", (retryDelaySeconds, expected) => {
    const body = text(statusBody("json", { code: 14, message: "", retryDelaySeconds }));
    expect(body).toContain(`"retryDelay":"${expected}"`);
  });

  test.each(["json", "protobuf"] as const)("item 16: stays far below 64 KiB in %s, and is valid UTF-8", (encoding) => {
    const long = "\u0001".repeat(2000) + "日\ud800".repeat(1_000_000);
    const body = statusBody(encoding, { code: 3, message: long, fieldViolation: { field: long, description: long } });
    expect(body.length).toBeLessThan(48 * 1024);
    if (encoding === "json") expect(JSON.parse(text(body)).message).toEndWith("…");
    else expect(JSON.stringify(readStatus(body))).toContain("…");
  });
});

test("encodeMessage() throws for what is not in the table", () => {
  const status = messageOf("Status");
  expect(() => encodeMessage(status, { codes: 3 })).toThrow('Cannot encode Status: it has no field "codes"');
  expect(() => encodeMessage(status, { code: "3" })).toThrow('Cannot encode field "code"');
});
