import { describe, expect, test } from "bun:test";
import { refused } from "../../src/http/answers.ts";
import { ReasonCounters } from "../../src/http/counters.ts";
import { type Reason, REFUSALS, refuse } from "../../src/http/refusals.ts";

function post(headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/v1/logs", { method: "POST", headers });
}

/** Every status of every reason, as OTLP/HTTP asks for it. */
const STATUSES: Readonly<Record<Reason, number>> = {
  "ring-full": 503,
  "write-failed": 503,
  "in-flight-full": 503,
  "too-slow": 503,
  "worker-busy": 503,
  "worker-failed": 503,
  stopping: 503,
  "no-jobs": 503,
  "flush-busy": 503,
  "live-busy": 503,
  method: 405,
  "not-found": 404,
  foreign: 403,
  "content-type": 415,
  grpc: 415,
  "content-encoding": 400,
  "too-large": 413,
  "bad-data": 400,
  "broken-off": 400,
  "not-local": 403,
  "not-yours": 403,
  mark: 400,
  "mark-too-large": 413,
  wait: 400,
  internal: 500,
};

describe("refused()", () => {
  test.each(Object.entries(REFUSALS))("%s: the answer and the count are of one row", async (reason, rule) => {
    const counters = new ReasonCounters();
    const name = Object.keys(STATUSES).find((key): key is Reason => key === reason) ?? "internal";
    const answer = refused(post(), refuse(name, "it"), counters);
    expect(answer.status).toBe(STATUSES[name]);
    expect(await answer.json()).toMatchObject({ code: rule.code, message: rule.text("it") });
    const isRefusal = STATUSES[name] === 503;
    expect(answer.headers.get("retry-after")).toBe(isRefusal ? "2" : null);
    expect([counters.refused, counters.rejected]).toEqual(isRefusal ? [{ [name]: 1 }, {}] : [{}, { [name]: 1 }]);
  });

  test("closes the connection where the rest of the body is too long to be thrown away", () => {
    const lengths = [64 * 1024 * 1024, 64 * 1024 * 1024 + 1];
    const answers = lengths.map((length) =>
      refused(post({ "content-length": String(length) }), refuse("foreign"), new ReasonCounters()),
    );
    expect(answers.map(({ headers }) => headers.get("connection"))).toEqual([null, "close"]);
  });

  test.each([
    ["application/grpc", "trailers"],
    ["application/grpc+proto", "deflate, TRAILERS"],
  ])("is a status of gRPC for its clients: %s, TE %s", async (contentType, te) => {
    const counters = new ReasonCounters();
    const answer = refused(post({ "content-type": contentType, te }), refuse("not-found", "Straße 5 %"), counters);
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect(Object.fromEntries(answer.headers)).toEqual({
      "content-type": "application/grpc",
      "grpc-status": "5",
      "grpc-message": "Cannot find Stra%C3%9Fe 5 %25",
    });
    expect(counters.rejected).toEqual({ "not-found": 1 });
  });

  test("names the field that is wrong, and adds headers", async () => {
    const refusal = { ...refuse("bad-data", "wrong"), field: "resourceLogs", headers: { allow: "POST" } };
    const answer = refused(post(), refusal, new ReasonCounters());
    expect(answer.headers.get("allow")).toBe("POST");
    expect(await answer.json()).toMatchObject({ details: [{ fieldViolations: [{ field: "resourceLogs" }] }] });
  });
});
