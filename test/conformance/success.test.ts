/** Items 18 to 24: what a 200 looks like, and what it promises. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { STREAMS } from "../../src/pipeline.ts";
import { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { linesOf } from "../support/lines.ts";
import { agentOptions } from "../support/start-agent.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";
import { answerOf, expectFailure, expectSuccess } from "./answers.ts";
import { CONTENT_TYPES, countsOf, ENCODINGS, send } from "./conversation.ts";
import { LiveAgent } from "./live-agent.ts";
import { RawConnection } from "./raw-connection.ts";
import { logJson, protobufOf, sample } from "./requests.ts";

setDefaultTimeout(60_000);

const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing)(agentOnly.title("success"), () => {
  let live: LiveAgent;

  beforeAll(async () => {
    live = await LiveAgent.start();
  });

  afterAll(async () => {
    await live?.[Symbol.asyncDispose]();
  });

  for (const encoding of ENCODINGS) {
    test(`item 18: the answer to ${encoding} is the response message in ${encoding}`, async () => {
      for (const stream of STREAMS) {
        expectSuccess(await answerOf(await send(live.agent, sample(encoding, "18", stream))), encoding);
      }
    });

    test(`item 19: full success in ${encoding} leaves partial_success out`, async () => {
      const answer = await send(live.agent, sample(encoding));
      expect(await answer.text()).toBe(encoding === "json" ? "{}" : "");
    });

    test(`item 20: the Content-Type of the answer to ${encoding} is bare, however it was asked`, async () => {
      await using connection = await RawConnection.open(live.agent.port);
      const contentType = `${CONTENT_TYPES[encoding]}; charset=utf-8`;
      connection.request("POST /v1/logs", { "content-type": contentType }, sample(encoding).body);
      const { headers } = await connection.answer();
      expect(headers["content-type"]).toBe(CONTENT_TYPES[encoding]);
      expect(headers["content-length"]).toBe(encoding === "json" ? "2" : "0");
    });

    test.each(STREAMS)(
      `item 21: an empty request in ${encoding} for %s is 200, counted, and no line`,
      async (stream) => {
        const before = await countsOf(live.agent, stream);
        const empty = stream === "traces" ? { resourceSpans: [] } : { resourceLogs: [{ scopeLogs: [{}] }] };
        const envelope = stream === "metrics" ? { resourceMetrics: [{ scopeMetrics: [{}] }] } : empty;
        const bodies =
          encoding === "json" ? ["{}", " {\n} ", JSON.stringify(envelope)] : ["", protobufOf(stream, envelope)];
        for (const body of bodies) {
          expectSuccess(await answerOf(await send(live.agent, { encoding, stream, body })), encoding);
        }
        expect((await countsOf(live.agent, stream)).requests).toBe(before.requests);
      },
    );

    test(`item 22: what got its 200 in ${encoding} survives SIGKILL`, async () => {
      await using store = await FolderStore.start();
      await using base = await TempDir.create("base");
      const options = agentOptions(store, base, ["--no-collector"]);
      await using first = await Agent.start(options);
      expectSuccess(await answerOf(await send(first, sample(encoding, "acknowledged"))), encoding);
      await first.kill();
      await using second = await Agent.start(options);
      await expectStop(second);
      expect(linesOf(await store.objects(), "logs")).toEqual([expect.stringContaining('"acknowledged"')]);
    });

    test(`item 22: the same request in ${encoding} sent twice is stored twice`, async () => {
      await using other = await LiveAgent.start();
      for (let n = 0; n < 2; n++) await send(other.agent, sample(encoding, "twice"));
      const lines = await other.stoppedLines();
      expect(lines).toHaveLength(2);
      expect(lines[0]).toBe(lines[1] ?? "");
    });

    test(`item 24: a ${encoding} sender that accepts gzip can read the answers`, async () => {
      await using connection = await RawConnection.open(live.agent.port);
      const headers = { "content-type": CONTENT_TYPES[encoding], "accept-encoding": "gzip, identity" };
      connection.request("POST /v1/logs", headers, sample(encoding).body);
      const { status, headers: answered, body } = await connection.answer();
      expect([status, answered["content-encoding"], body]).toEqual([200, undefined, encoding === "json" ? "{}" : ""]);
    });
  }

  test("item 21: a JSON body of 0 bytes is 400", async () => {
    for (const body of ["", " ", "\ufeff"]) {
      const answer = await answerOf(await send(live.agent, { encoding: "json", body }));
      expectFailure(answer, "json", 400, /one JSON object/);
    }
  });

  test("item 23: nothing is taken in part: a value that no reader can use is kept, with all others", async () => {
    const record = '{"body":{"intValue":1e+300},"attributes":[{"key":"k","value":{"intValue":1.5}}]}';
    const before = await countsOf(live.agent, "logs");
    const answer = await answerOf(await send(live.agent, { encoding: "json", body: logJson(`${record},{}`) }));
    expectSuccess(answer, "json");
    const now = await countsOf(live.agent, "logs");
    expect(now.items - before.items).toBe(2);
    expect(now.notes["value-out-of-range"]).toBe(2);
  });

  test("item 23: nor in protobuf: an id of a wrong length is left out, its record kept", async () => {
    const before = await countsOf(live.agent, "traces");
    const span = { traceId: "0102", spanId: "0102030405060708", name: "kept" };
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [span, { name: "beside it" }] }] }] };
    const body = protobufOf("traces", request);
    expectSuccess(await answerOf(await send(live.agent, { encoding: "protobuf", stream: "traces", body })), "protobuf");
    expect((await countsOf(live.agent, "traces")).items - before.items).toBe(2);
  });
});
