/** Bad requests: each gets its clear answer, and nothing else is disturbed by it. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { deflateSync, gzipSync } from "node:zlib";
import type { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { numberAt } from "../support/json.ts";
import { logsJson } from "../support/samples.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop, sendLogs } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const agentOnly = needs("executable");

interface BadRequest {
  readonly name: string;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly status: number;
  /** Headers of the answer. */
  readonly answers?: Readonly<Record<string, string>>;
  /** What the message must speak of. */
  readonly says?: RegExp;
}

const GZIP = { "content-encoding": "gzip" };
const PROTOBUF = { "content-type": "application/x-protobuf" };
const JSON_TYPE = { "content-type": "application/json" };
const LIMIT_BYTES = 64 * 1024;
const good = logsJson("good");

const BAD_REQUESTS: readonly BadRequest[] = [
  { name: "truncated gzip", headers: GZIP, body: gzipSync(good).subarray(0, 40), status: 400 },
  { name: "gzip that is none", headers: GZIP, body: good, status: 400 },
  {
    name: "trailing bytes after gzip",
    headers: GZIP,
    body: Buffer.concat([gzipSync(good), Buffer.from("x")]),
    status: 400,
  },
  { name: "a gzip bomb", headers: GZIP, body: gzipSync(new Uint8Array(50e6)), status: 413, says: /64 ?KiB|65,?536/ },
  { name: "an unknown encoding", headers: { "content-encoding": "br" }, body: good, status: 400, says: /br/ },
  { name: "raw deflate sent as something else", headers: GZIP, body: deflateSync(good), status: 400 },
  { name: "cut-off JSON", body: good.slice(0, -5), status: 400 },
  {
    name: "JSON with a word where a number must be",
    body: good.replace('"severityNumber":9', '"severityNumber":[9]'),
    status: 400,
    says: /severityNumber/,
  },
  { name: "a container of the wrong type", body: '{"resourceLogs":{}}', status: 400, says: /resourceLogs/ },
  { name: "JSON that is no object", body: "[]", status: 400 },
  { name: "two JSON objects", body: good + good, status: 400 },
  { name: "an empty JSON body", body: "", status: 400 },
  {
    name: "JSON nested too deep",
    body: `{"x":${"[".repeat(200)}${"]".repeat(200)}}`,
    status: 400,
    says: /nest|deep|level/i,
  },
  {
    name: "protobuf that is none",
    headers: PROTOBUF,
    body: Buffer.from("ffffffffff", "hex"),
    status: 400,
    answers: PROTOBUF,
  },
  { name: "cut-off protobuf", headers: PROTOBUF, body: Buffer.from("0a7f0a00", "hex"), status: 400, answers: PROTOBUF },
  {
    name: "a wrong content type",
    headers: { "content-type": "text/plain" },
    body: good,
    status: 415,
    says: /application\/json/,
  },
  { name: "a form", headers: { "content-type": "application/x-www-form-urlencoded" }, body: "a=b", status: 415 },
  { name: "GET", method: "GET", status: 405, answers: { allow: "POST" } },
  { name: "PUT", method: "PUT", body: good, status: 405, answers: { allow: "POST" } },
  { name: "an unknown path", path: "/v1/profiles", body: good, status: 404 },
  { name: "the root", path: "/", body: good, status: 404, says: /\/v1\/logs/ },
  { name: "a body over the limit", body: logsJson("big", LIMIT_BYTES), status: 413, says: /64 ?KiB|65,?536/ },
  { name: "a foreign Host", headers: { host: "evil.example" }, body: good, status: 403 },
  { name: "a foreign Origin", headers: { origin: "http://evil.example" }, body: good, status: 403 },
];

describe.skipIf(agentOnly.missing)(agentOnly.title("bad requests"), () => {
  let store: FolderStore;
  let base: TempDir;
  let agent: Agent;
  const accepted: string[] = [];

  beforeAll(async () => {
    store = await FolderStore.start();
    base = await TempDir.create("base");
    agent = await startAgent(store, base, ["--max-request-bytes", "64KiB"]);
  });

  afterAll(async () => {
    await agent?.[Symbol.asyncDispose]();
    await base?.[Symbol.asyncDispose]();
    await store?.[Symbol.asyncDispose]();
  });

  for (const bad of BAD_REQUESTS) {
    test(`${bad.name}: ${bad.status}`, async () => {
      const answer = await send(agent, bad);
      const text = await answer.text();
      expect([answer.status, text]).toEqual([bad.status, expect.any(String)]);
      expect(Object.fromEntries(answer.headers)).toMatchObject({ ...JSON_TYPE, ...bad.answers });
      if (bad.answers !== PROTOBUF) {
        const status: unknown = JSON.parse(text);
        expect(status).toMatchObject({ message: expect.stringMatching(bad.says ?? /./) });
      }
      accepted.push(...(await sendLogs(agent, accepted.length, accepted.length + 1)));
    });
  }

  test("an exact fit passes: the limit itself is allowed", async () => {
    const line = logsJson("fit", LIMIT_BYTES - logsJson("fit").length);
    expect(line).toHaveLength(LIMIT_BYTES);
    expect((await agent.post("/v1/logs", line)).status).toBe(200);
    accepted.push(line);
  });

  test("none of them reached an object, and all that was good did", async () => {
    expect(accepted.length).toBeGreaterThan(BAD_REQUESTS.length);
    const stats = await agent.stats();
    expect(numberAt(stats, "streams", "logs", "accepted_requests")).toBe(accepted.length);
    await expectStop(agent);
    await expectDelivered(store, accepted);
  });
});

function send(agent: Agent, { path = "/v1/logs", method = "POST", headers, body }: BadRequest): Promise<Response> {
  return fetch(agent.origin + path, {
    method,
    headers: { ...JSON_TYPE, ...headers },
    keepalive: false,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : new Blob([Buffer.from(body)]) }),
  });
}
