/** Items 39 to 43: the form in which lines are stored. And the two rows of the mapping that are about answers. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { type Stream, STREAM_TABLE, STREAMS } from "../../src/pipeline.ts";
import { otlpJson, REQUEST_TYPES } from "../otlp/oracle.ts";
import { needs } from "../support/built.ts";
import { linesOf, OBJECT_NAME } from "../support/lines.ts";
import { expectStop } from "../support/steps.ts";
import { answerOf, expectFailure, text } from "./answers.ts";
import { ENCODINGS, send } from "./conversation.ts";
import { LiveAgent } from "./live-agent.ts";
import { bodyJson, logJson, sample, sized } from "./requests.ts";

setDefaultTimeout(60_000);

const TOP_LEVEL: Readonly<Record<Stream, string>> = {
  logs: "resourceLogs",
  metrics: "resourceMetrics",
  traces: "resourceSpans",
  "gha-logs": "resourceLogs",
};
const agentOnly = needs("executable");

describe.skipIf(agentOnly.missing)(agentOnly.title("stored lines"), () => {
  let live: LiveAgent;
  let objects: Map<string, Uint8Array>;
  let sent = 0;
  const breaks =
    '\r\n{"resourceLogs"\n:\r[{"scopeLogs":[\n{"logRecords":[{"severityText":"a\\nb\u2028\u2029"}\n]}]}]}\r\n';

  beforeAll(async () => {
    // Small objects, so that every stream has several of them.
    live = await LiveAgent.start(["--buffer-lines", "3", "--object-max-bytes", "64KiB"]);
    const post = async (request: Parameters<typeof send>[1]): Promise<void> => {
      expect((await send(live.agent, request)).status).toBe(200);
      sent++;
    };
    for (const stream of STREAMS) {
      for (const encoding of ENCODINGS) {
        for (let n = 0; n < 5; n++) await post(sample(encoding, `${stream} ${encoding} ${n}\n\r\u2028`, stream));
      }
    }
    await post({ encoding: "json", body: breaks });
    await post({ encoding: "json", body: sized("json", 200_000) });
    await post({ encoding: "protobuf", body: sized("protobuf", 200_000) });
    await expectStop(live.agent);
    objects = await live.store.objects();
  });

  afterAll(async () => {
    await live?.[Symbol.asyncDispose]();
  });

  test("item 39: objects are UTF-8, one JSON value a line, a line feed behind each", () => {
    expect(objects.size).toBeGreaterThan(8);
    for (const [name, bytes] of objects) {
      // The extension is that of the agent's predecessor, whose readers look for it.
      expect(name).toMatch(OBJECT_NAME);
      expect(text(bytes)).toMatch(/} *\n$/);
    }
    expect(linesOf(objects)).toHaveLength(sent);
    for (const line of linesOf(objects)) expect(JSON.parse(line)).toBeObject();
  });

  test.each(STREAMS)("item 40: the objects of %s hold that signal's top-level objects only", (stream) => {
    const lines = linesOf(objects, stream);
    expect(lines.length).toBeGreaterThanOrEqual(10);
    for (const line of lines) expect(Object.keys(JSON.parse(line))).toEqual([TOP_LEVEL[stream]]);
  });

  test.each(STREAMS)("item 41: protobuf of %s is stored in the encoding of OTLP/JSON", (stream) => {
    const { body } = sample("protobuf", `${stream} protobuf 0\n\r\u2028`, stream);
    const stored = linesOf(objects, stream).map((line): unknown => JSON.parse(line));
    expect(stored).toContainEqual(otlpJson(REQUEST_TYPES[STREAM_TABLE[stream].signal], body));
  });

  test("item 42: no line break inside a line, whatever stood between the tokens or in the texts", () => {
    const lines = linesOf(objects, "logs");
    expect(lines).toContain(breaks.replaceAll(/[\r\n]/g, " "));
    for (const line of linesOf(objects)) expect(line).not.toMatch(/[\r\n]/);
    const texts = lines.filter((line) => line.includes("logs protobuf 0"));
    expect(texts).toEqual([expect.stringContaining(String.raw`logs protobuf 0\n\r` + "\u2028")]);
  });

  test("item 43: no line is divided: one that is longer than an object makes an object of its own", () => {
    const long = [...objects].filter(([, bytes]) => bytes.length > 64 * 1024);
    expect(long).toHaveLength(2);
    for (const [name, bytes] of long) expect(linesOf(new Map([[name, bytes]]))).toHaveLength(1);
  });

  test("items 39 to 43: DuckDB reads every object made here", async () => {
    expect(await live.linesReadByDuckDb()).toBe(sent);
  });
});

describe.skipIf(agentOnly.missing)(agentOnly.title("the JSON mapping of answers"), () => {
  let live: LiveAgent;

  beforeAll(async () => {
    live = await LiveAgent.start();
  });

  afterAll(async () => {
    await live?.[Symbol.asyncDispose]();
  });

  test("json row Status JSON: code, message, and details with their @type", async () => {
    const answer = await answerOf(await send(live.agent, { encoding: "json", body: logJson('{"flags":"x"}') }));
    expect(JSON.parse(text(answer.body))).toEqual({
      code: 3,
      message: expect.stringContaining("flags"),
      details: [
        {
          "@type": "type.googleapis.com/google.rpc.BadRequest",
          fieldViolations: [
            { field: "resourceLogs[0].scopeLogs[0].logRecords[0].flags", description: expect.any(String) },
          ],
        },
      ],
    });
  });

  test("json row Status JSON: a message that quotes what is no text is text", async () => {
    const body = Buffer.from(bodyJson('{"intValue":"\xff\xfe\\ud800"}'), "latin1");
    expectFailure(await answerOf(await send(live.agent, { encoding: "json", body })), "json", 400, /intValue/);
  });

  test("json row profileId: profiles are in development and not served: 404", async () => {
    const body =
      '{"resourceProfiles":[{"scopeProfiles":[{"profiles":[{"profileId":"00112233445566778899aabbccddeeff"}]}]}]}';
    expectFailure(await answerOf(await live.agent.post("/v1development/profiles", body)), "json", 404);
  });
});
