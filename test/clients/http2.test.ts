/** HTTP/2 without TLS: what OTLP/HTTP says over it is stored, and gRPC, which speaks nothing else, is told what to do. */
import { connect, constants } from "node:http2";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-grpc";
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { LiveAgent } from "../conformance/live-agent.ts";
import { needs } from "../support/built.ts";
import { numberAt } from "../support/json.ts";
import { logsJson } from "../support/samples.ts";
import { expectSaidOnce } from "../support/steps.ts";

setDefaultTimeout(30_000);
const agentOnly = needs("executable");

/** Opens a session, does one request with it if there is one, and leaves the session open. */
async function sessionWith(
  origin: string,
  body?: string,
): Promise<{ readonly status: number; readonly end: () => void }> {
  const session = connect(origin);
  session.on("error", () => undefined);
  await new Promise<void>((resolve) => session.once("connect", () => resolve()));
  const end = (): void => session.destroy();
  if (body === undefined) return { status: 0, end };
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: "POST",
    [constants.HTTP2_HEADER_PATH]: "/v1/logs",
    [constants.HTTP2_HEADER_CONTENT_TYPE]: "application/json",
  });
  const status = await new Promise<number>((resolve, reject) => {
    stream.once("error", reject);
    stream.once("response", (headers) => resolve(Number(headers[constants.HTTP2_HEADER_STATUS])));
    stream.end(body);
  });
  return { status, end };
}

describe.skipIf(agentOnly.missing)(agentOnly.title("HTTP/2"), () => {
  test("an official exporter of gRPC shows its user what to set; the agent counts it and says so once", async () => {
    await using live = await LiveAgent.start();
    const exporter = new OTLPLogExporter({ url: live.agent.origin, timeoutMillis: 10_000 });
    for (const attempt of [1, 2]) {
      const error = await new Promise<Error | undefined>((resolve) =>
        exporter.export([], (result) => {
          resolve(result.error);
        }),
      );
      expect(error?.message, `attempt ${attempt}`).toContain(
        "12 UNIMPLEMENTED: Cannot take gRPC: use http/protobuf (OTEL_EXPORTER_OTLP_PROTOCOL)",
      );
    }
    await exporter.shutdown();
    expect(numberAt(await live.agent.stats(), "rejected_pages", "grpc")).toBe(2);
    await expectSaidOnce(live.agent, /A sender uses gRPC and is not heard/);
  });

  test("OTLP/HTTP over HTTP/2 is stored, and a stop does not wait for sessions that stay open", async () => {
    await using live = await LiveAgent.start();
    const used = await sessionWith(live.agent.origin, logsJson("over HTTP/2"));
    const unused = await sessionWith(live.agent.origin);
    expect(used.status).toBe(200);
    const lines = await live.stoppedLines("logs");
    expect(lines).toEqual([logsJson("over HTTP/2")]);
    for (const { end } of [used, unused]) end();
  });
});
