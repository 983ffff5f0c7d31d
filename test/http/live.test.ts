import { describe, expect, test } from "bun:test";
import type { LiveDoor } from "../../src/http/live.ts";
import { readLivePage } from "../../src/live/live-page.ts";
import { HttpFixture } from "./fixture.ts";

const TOKEN = "right";
const RUNNER = 1001;
const NOBODY = 65_534;

class DoorStandIn implements LiveDoor {
  readonly page = readLivePage;
  /** What each asked for. */
  readonly asked: boolean[] = [];
  openStreams = 0;
  isFull = false;
  ends = 0;

  isToken(given: string): boolean {
    return given === TOKEN;
  }

  state(maySeeTexts: boolean): string {
    this.asked.push(maySeeTexts);
    return JSON.stringify({ maySeeTexts });
  }

  connect(maySeeTexts: boolean): ReadableStream<Uint8Array<ArrayBuffer>> | undefined {
    this.asked.push(maySeeTexts);
    if (this.isFull) return undefined;
    this.openStreams++;
    return new ReadableStream({ start: (to) => to.close() });
  }

  end(): void {
    this.ends++;
  }
}

function fixture() {
  const door = new DoorStandIn();
  const http = new HttpFixture(undefined, { door, readerUids: () => [RUNNER] });
  const get = (path: string, headers: Record<string, string> = {}) => http.send(path, { method: "GET", headers });
  return { door, http, get };
}

describe("the live page", () => {
  test("is a page that nothing is kept of, that no page frames, and that sends its address to nobody", async () => {
    const { get } = fixture();
    const answer = await get("/");
    expect([answer.status, await answer.text()]).toEqual([200, (await readLivePage()).html]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'$/),
      "cache-control": expect.stringMatching(/^no-(store|cache)$/),
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
    });
  });

  test.each([
    ["/live/state", "application/json"],
    ["/live/events", "text/event-stream"],
  ])("%s is %s, and nothing is kept of it", async (path, type) => {
    const { get } = fixture();
    const { headers, status } = await get(path);
    expect([status, headers.get("content-type"), headers.get("cache-control")]).toEqual([200, type, "no-store"]);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  test.each(["/", "/live/state", "/live/events"])("%s is not for pages of others", async (path) => {
    const { get, http, door } = fixture();
    const answers = [
      await get(path, { host: "evil.example" }),
      await get(path, { origin: "https://evil.example" }),
      await get(path, { origin: "null" }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
    expect(http.pageCounters.rejected).toEqual({ foreign: 3 });
    expect(door.asked).toEqual([]);
  });

  test.each(["/live/state", "/live/events"])("an image of another page takes no place at %s", async (path) => {
    const { get } = fixture();
    const statuses: Record<string, number> = {};
    for (const site of ["cross-site", "same-site", "same-origin", "none"]) {
      statuses[site] = (await get(path, { "sec-fetch-site": site })).status;
    }
    expect(statuses).toEqual({ "cross-site": 403, "same-site": 403, "same-origin": 200, none: 200 });
    // A link to the page itself may be followed.
    expect((await get("/", { "sec-fetch-site": "cross-site" })).status).toBe(200);
  });

  test.each([
    ["root", [0], true],
    ["the runner's user", [RUNNER], true],
    ["another user", [NOBODY], false],
    ["one of several of which one may not", [0, NOBODY], false],
    ["nobody that is known", [], false],
    ["who the system does not tell", undefined, false],
  ])("shows texts to %s: %j, %p", async (_, uids, maySeeTexts) => {
    const { get, http, door } = fixture();
    http.peerUids = uids;
    await get("/live/state");
    await get("/live/events");
    expect(door.asked).toEqual([maySeeTexts, maySeeTexts]);
  });

  test("shows texts to who has the token, on this machine only", async () => {
    const { get, http, door } = fixture();
    http.peerUids = [NOBODY];
    await get(`/live/state?token=${TOKEN}`);
    await get("/live/state?token=wrong");
    await get("/live/state?token=");
    http.peer = { address: "10.0.0.7", port: 50_000 };
    await get(`/live/state?token=${TOKEN}`);
    http.peer = undefined;
    await get(`/live/state?token=${TOKEN}`);
    expect(door.asked).toEqual([true, false, false, false, false]);
  });

  test("shows another machine's root no texts", async () => {
    const { get, http, door } = fixture();
    http.peer = { address: "10.0.0.7", port: 50_000 };
    await get("/live/events");
    expect(door.asked).toEqual([false]);
  });

  test("refuses one reader too many, and every one once it stops", async () => {
    const { get, http, door } = fixture();
    door.isFull = true;
    const answer = await get("/live/events");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "2"]);
    http.isStopping = true;
    expect((await get("/live/events")).status).toBe(503);
    expect((await get("/live/state")).status).toBe(200);
    expect(http.pageCounters.refused).toEqual({ "live-busy": 1, stopping: 1 });
  });

  test("ends all readers when the stop begins", () => {
    const { http, door } = fixture();
    expect(door.ends).toBe(0);
    http.stop.abort();
    expect(door.ends).toBe(1);
  });

  test("takes no place for HEAD, and answers other methods 405", async () => {
    const { http, door } = fixture();
    const head = await http.send("/live/events", { method: "HEAD" });
    expect([head.status, door.openStreams]).toEqual([200, 0]);
    for (const path of ["/live/state", "/live/events"]) {
      const answer = await http.send(path, { body: "{}" });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
  });

  test("tells who sends OTLP to / the right paths", async () => {
    const { http } = fixture();
    const answer = await http.send("/", { body: "{}" });
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("/v1/logs");
    expect((await http.send("/", { method: "HEAD" })).status).toBe(200);
  });

  test("is not there without one", async () => {
    const http = new HttpFixture();
    const answers = [await http.send("/", { method: "GET" }), await http.send("/live/events", { method: "GET" })];
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
  });
});
