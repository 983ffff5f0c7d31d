import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import fc from "fast-check";
import { pythonMissing } from "../clients/programs.ts";
import { decodeBytes, logJson } from "./decode.ts";
import { request, scrambled } from "./generated.ts";
import { encode, officialType, REQUEST_TYPES } from "./oracle.ts";
import { PythonOracle } from "./python-oracle.ts";
import { runsOr, searchMaxMs, searchOf, SIGNALS } from "./runs.ts";

const RUNS = runsOr(1000);
/** The first run installs packages. */
setDefaultTimeout(searchMaxMs(RUNS) + 180_000);

const missing = pythonMissing();
const title = "decodeExportRequest() and the official Python types";

describe.skipIf(missing !== undefined)(missing === undefined ? title : `${title} (skipped: ${missing})`, () => {
  let python: PythonOracle;

  beforeAll(async () => {
    python = await PythonOracle.start();
  });
  afterAll(async () => {
    await python[Symbol.asyncDispose]();
  });

  describe("PythonOracle.judge()", () => {
    const id = "5b8efff798038103d269b633813fc60c";
    const record = { traceId: Buffer.from(id, "hex"), body: { doubleValue: -0 } };
    const body = encode(REQUEST_TYPES.logs, { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] });
    const judge = async (line: string) => (await python.judge("logs", body, Buffer.from(line))).difference;

    test("finds nothing wrong with a line that says what the body says", async () => {
      expect(await judge(logJson(`{"body":{"doubleValue":-0},"traceId":"${id}"}`))).toBe("");
    });

    test.each([
      ["that lacks a value", `"traceId":"${id}"`, "read back from the line"],
      ["with another value", `"traceId":"${id}","body":{"doubleValue":0}`, "read back from the line"],
      ["with an id in base64", '"traceId":"W47/95gDgQPSabYzgT/GDA==","body":{"doubleValue":-0}', "fromhex"],
      ["with a key that OTLP does not know", `"traceId":"${id}","body":{"double":-0}`, 'no field named "double"'],
      ["with a key twice", `"traceId":"","traceId":"${id}","body":{"doubleValue":-0}`, "a key stands there twice"],
      ["that is not JSON", `"traceId":"${id}","body":{"doubleValue":NaN}`, "not JSON: NaN"],
    ])("finds fault with a line %s", async (_what, members, words) => {
      expect(await judge(logJson(`{${members}}`))).toContain(words);
    });
  });

  test.each(SIGNALS)("read each other's %s, in whatever order and pieces the fields came", async (signal) => {
    const type = REQUEST_TYPES[signal];
    await fc.assert(
      fc.asyncProperty(request(signal), fc.boolean(), fc.infiniteStream(fc.nat()), async (value, isPlain, numbers) => {
        const random = (below: number) => Number(numbers.next().value) % below;
        const sent = isPlain ? encode(type, value) : Uint8Array.from(scrambled(officialType(type), value, random));
        const ours = decodeBytes("protobuf", sent.slice(), signal);
        const line = ours.line ?? "";
        const theirs = await python.judge(signal, sent, Buffer.from(line));
        expect(theirs.difference, `sent as ${Buffer.from(sent).toHex()}`).toBe("");

        const json = theirs.json.toString();
        expect(JSON.parse(decodeBytes("protobuf", theirs.body, signal).line ?? "")).toEqual(JSON.parse(json));
        expect(decodeBytes("json", theirs.json, signal)).toEqual({ line: json, items: ours.items, notes: {} });
      }),
      searchOf(RUNS),
    );
  });
});
