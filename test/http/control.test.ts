import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { once } from "node:events";
import { shownJobs } from "../../src/http/shown-jobs.ts";
import { eventually } from "../support/eventually.ts";
import { ControlServer, ControlStandIn } from "../support/control-server.ts";
import { HttpFixture } from "./fixture.ts";

const MARK = JSON.stringify({ kind: "step-start", name: "compile" });
const JOBS = { jobs: [{ name: "build", result: "success", started_at_ms: 5, steps: [{ name: "secret plan" }] }] };

function control(change: { readonly readerUids?: readonly number[] } = {}) {
  const standIn = new ControlStandIn();
  standIn.seen = JOBS;
  const http = new HttpFixture({ control: standIn, readerUids: () => change.readerUids ?? [] });
  return { standIn, http };
}

describe("/control/*", () => {
  const requests = [
    ["POST", "/control/flush"],
    ["POST", "/control/marks"],
    ["GET", "/control/jobs"],
  ] as const;

  test.each(requests)("%s %s is refused while the agent keeps no jobs", async (method, path) => {
    const http = new HttpFixture();
    const answer = await http.send(path, { method, ...(method === "POST" && { body: MARK }) });
    expect(answer.status).toBe(503);
    expect(http.pageCounters.refused).toEqual({ "no-jobs": 1 });
    expect(await answer.text()).toContain("keeps no jobs");
  });

  test.each(requests)("%s %s is for this machine alone, by name, origin and address", async (method, path) => {
    const { http, standIn } = control();
    const init = { method, ...(method === "POST" && { body: MARK }) };
    const answers = [
      await http.send(path, { ...init, headers: { host: "evil.example" } }),
      await http.send(path, { ...init, headers: { origin: "https://evil.example" } }),
    ];
    for (const address of ["10.0.0.7", "::ffff:10.0.0.7", "2001:db8::1", "128.0.0.1"]) {
      http.peer = { address, port: 50_000 };
      answers.push(await http.send(path, init));
    }
    http.peer = undefined;
    answers.push(await http.send(path, init));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403));
    expect(http.pageCounters.rejected).toEqual({ foreign: 2, "not-local": 5 });
    expect([standIn.flushes, standIn.marks]).toEqual([0, []]);
  });

  test.each(["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])("takes %s for this machine", async (address) => {
    const { http } = control();
    http.peer = { address, port: 50_000 };
    expect((await http.send("/control/marks", { body: MARK })).status).toBe(200);
  });

  test("other methods are answered 405 with the right one", async () => {
    const { http } = control();
    const answers = [
      await http.send("/control/flush", { method: "GET" }),
      await http.send("/control/marks", { method: "PUT", body: MARK }),
      await http.send("/control/jobs", { method: "POST", body: "{}" }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([405, 405, 405]);
    expect(answers.map(({ headers }) => headers.get("allow"))).toEqual(["POST", "POST", "GET, HEAD"]);
  });

  test("while the agent stops, jobs can be seen, and nothing is taken", async () => {
    const { http, standIn } = control();
    http.isStopping = true;
    expect((await http.send("/control/marks", { body: MARK })).status).toBe(503);
    expect((await http.send("/control/flush")).status).toBe(503);
    expect((await http.send("/control/jobs", { method: "GET" })).status).toBe(200);
    expect([standIn.flushes, standIn.marks]).toEqual([0, []]);
  });
});

describe("POST /control/flush", () => {
  test("answers how many lines are left", async () => {
    const { http, standIn } = control();
    standIn.linesLeft = 12;
    expect(await (await http.send("/control/flush?wait_ms=100")).json()).toEqual({ lines_left: 12 });
  });

  test("waits no longer than it was told, and as long as it may", async () => {
    const { http, standIn } = control();
    standIn.flushMs = 60_000;
    expect(await (await http.send("/control/flush?wait_ms=0")).json()).toEqual({ lines_left: 7 });
  });

  test.each(["x", "-1", "50001", "1e3", "", "0.5"])("refuses a wait of %p", async (wait) => {
    const { http, standIn } = control();
    expect((await http.send(`/control/flush?wait_ms=${wait}`)).status).toBe(400);
    expect(standIn.flushes).toBe(0);
  });

  test("ends the wait of who has gone, and lets 64 wait", async () => {
    const { http, standIn } = control();
    standIn.flushMs = 60_000;
    const gone = new AbortController();
    const waiting = Array.from({ length: 64 }, () =>
      http.send("/control/flush?wait_ms=50000", { signal: gone.signal }),
    );
    expect((await http.send("/control/flush?wait_ms=0")).status).toBe(503);
    gone.abort();
    await Promise.all(waiting);
    expect((await http.send("/control/flush?wait_ms=0")).status).toBe(200);
  });
});

describe("POST /control/marks", () => {
  test("hands on a mark, and answers its trace", async () => {
    const { http, standIn } = control();
    const attributes = { "cicd.pipeline.name": "CI" };
    const body = JSON.stringify({ kind: "job-end", name: "a\u001bb", result: "failure", source: "hook", attributes });
    const answer = await http.send("/control/marks", { body });
    expect(await answer.json()).toEqual({ traceparent: expect.stringMatching(/^00-/) });
    expect(standIn.marks).toEqual([
      { kind: "job-end", name: "a\u001bb", result: "failure", source: "hook", attributes, atMs: expect.any(Number) },
    ]);
  });

  test("says when the steps run in a container, and what the workflow sets", async () => {
    const { http, standIn } = control();
    standIn.answer = { isInContainer: true, workflowVariables: ["OTEL_A"] };
    expect(await (await http.send("/control/marks", { body: MARK })).json()).toEqual({
      is_in_container: true,
      workflow_variables: ["OTEL_A"],
    });
  });

  const many = Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`a${at}`, "x"]));
  test.each([
    ["no JSON", "{", "JSON"],
    ["no object", "[]", "object"],
    ["no UTF-8", new Uint8Array([0x22, 0xff, 0x22]), "UTF-8"],
    ["another key", { kind: "step-start", name: "a", at_ms: 1 }, "at_ms"],
    ["__proto__", '{"kind":"step-start","name":"a","__proto__":{}}', "__proto__"],
    ["another kind", { kind: "step", name: "a" }, "kind"],
    ["no name", { kind: "step-start" }, "name"],
    ["an empty name", { kind: "step-start", name: "" }, "name"],
    ["a long name", { kind: "step-start", name: "a".repeat(1025) }, "1025"],
    ["another result", { kind: "step-end", name: "a", result: "great" }, "result"],
    ["a result at the start", { kind: "step-start", name: "a", result: "success" }, "result"],
    ["another source", { kind: "step-end", name: "a", source: "runner" }, "source"],
    ["attributes that are none", { kind: "step-end", name: "a", attributes: [] }, "attributes"],
    ["a number", { kind: "step-end", name: "a", attributes: { a: 1 } }, "string"],
    ["a name of an attribute", { kind: "step-end", name: "a", attributes: { "A B": "1" } }, "A B"],
    ["a long value", { kind: "step-end", name: "a", attributes: { a: "x".repeat(1025) } }, "1025"],
    ["65 attributes", { kind: "step-end", name: "a", attributes: many }, "64"],
  ])("does not take %s", async (_, given, words) => {
    const { http, standIn } = control();
    const body = typeof given === "string" || given instanceof Uint8Array ? given : JSON.stringify(given);
    const answer = await http.send("/control/marks", { body });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(words);
    expect(standIn.marks).toEqual([]);
    expect(http.inFlight.usedBytes).toBe(0);
  });

  test("takes half of a surrogate pair as U+FFFD", async () => {
    const { http, standIn } = control();
    await http.send("/control/marks", { body: String.raw`{"kind":"step-start","name":"a\ud800"}` });
    expect(standIn.marks[0]?.name).toBe("a\uFFFD");
  });

  test("takes 16 KiB, of JSON, as it is", async () => {
    const standIn = new ControlStandIn();
    await using server = await ControlServer.start({ control: { control: standIn } });
    const send = async (body: string, headers: Record<string, string> = {}): Promise<number> => {
      const init = { method: "POST", body, headers: { "content-type": "application/json", ...headers } };
      return (await fetch(`${server.origin}/control/marks`, init)).status;
    };
    const padded = (bytes: number): string => `${MARK}${" ".repeat(bytes - MARK.length)}`;
    expect(await send(padded(16_384))).toBe(200);
    expect(await send(padded(16_385))).toBe(413);
    expect(await send(MARK, { "content-type": "text/plain" })).toBe(415);
    expect(await send(MARK, { "content-encoding": "gzip" })).toBe(400);
    expect(standIn.marks.length).toBe(1);
  });
});

describe("GET /control/jobs", () => {
  const own = process.geteuid?.() ?? 0;
  test.each([
    ["root", [0]],
    ["the agent's own user", [own]],
    ["the runner's user", [1001]],
  ])("is shown to %s", async (_, uids) => {
    const { http } = control({ readerUids: [1001] });
    http.peerUids = uids;
    expect(await (await http.send("/control/jobs", { method: "GET" })).json()).toEqual(JOBS);
    expect((await http.send("/control/jobs", { method: "HEAD" })).status).toBe(200);
  });

  test.each([
    ["another user", [1002], "uid 1002"],
    ["one of two whose connection it may be", [0, 1002], "uid 1002"],
    ["nobody", [], "not known"],
  ])("is not shown to %s, who is told how", async (_, uids, words) => {
    const { http } = control({ readerUids: [1001] });
    http.peerUids = uids;
    const answer = await http.send("/control/jobs", { method: "GET" });
    expect(answer.status).toBe(403);
    const text = await answer.text();
    expect(text).toContain(words);
    expect(text).toContain("ask as root or as the runner's user");
    expect(text).not.toContain("secret plan");
  });

  test("has no text of the job where the system does not say who asks", async () => {
    const { http } = control();
    http.peerUids = undefined;
    expect(await (await http.send("/control/jobs", { method: "GET" })).json()).toEqual({
      jobs: [{ result: "success", started_at_ms: 5, steps: [{}] }],
    });
    expect(shownJobs(["a", { result: "skip", list: ["b", 1, null, true] }], undefined, [])).toEqual({
      jobs: [null, { result: "skip", list: [null, 1, null, true] }],
    });
  });
});

describe("the real receiver", () => {
  test("hears who asks from the kernel, over both families", async () => {
    const standIn = new ControlStandIn();
    standIn.seen = JOBS;
    await using server = await ControlServer.start({ host: "::", control: { control: standIn } });
    for (const host of ["127.0.0.1", "[::1]"]) {
      const answer = await fetch(`http://${host}:${server.port}/control/jobs`);
      expect(await answer.json()).toEqual(JOBS);
    }
  });

  test("does not wait for a flush when it stops", async () => {
    const standIn = new ControlStandIn();
    standIn.flushMs = 60_000;
    await using server = await ControlServer.start({ control: { control: standIn } });
    const answer = fetch(`${server.origin}/control/flush?wait_ms=50000`, { method: "POST" });
    await eventually("the flush", () => standIn.flushes === 1);
    await server.stop();
    expect(await (await answer).json()).toEqual({ lines_left: 7 });
  });

  test("shows nothing to a connection that is half closed: the kernel gives what is left of one to root", async () => {
    const standIn = new ControlStandIn();
    standIn.seen = JOBS;
    await using server = await ControlServer.start({ control: { control: standIn } });
    const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    await once(socket, "connect");
    let answer = "";
    socket.on("data", (bytes) => (answer += String(bytes)));
    socket.end("GET /control/jobs HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await once(socket, "close");
    expect(answer).not.toContain("secret plan");
  });
});
