import { describe, expect, test } from "bun:test";
import { type Cloud, MetadataError, noticesOf, type SpotNotice } from "../../src/events/spot-notices.ts";
import { SpotWatch } from "../../src/events/spot-watch.ts";
import { Seen } from "./support.ts";
import { rejectionOf } from "../support/rejection.ts";

const never = new AbortController().signal;

/** A stand-in for the metadata service of a cloud: `method path` → answer. Everything else is 404. */
class MetadataServer implements AsyncDisposable {
  readonly requests: string[] = [];
  readonly answers = new Map<string, (headers: Headers) => Response>();
  readonly #server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: ({ method, url, headers }) => {
      const { pathname, search } = new URL(url);
      const key = `${method} ${pathname}${search}`;
      this.requests.push(key);
      return this.answers.get(key)?.(headers) ?? new Response("", { status: 404 });
    },
  });

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
  }
}

const TOKEN = "PUT /latest/api/token";
const ACTION = "GET /latest/meta-data/spot/instance-action";

function awsServer(): MetadataServer {
  const server = new MetadataServer();
  server.answers.set(TOKEN, (headers) => {
    const seconds = headers.get("x-aws-ec2-metadata-token-ttl-seconds");
    return seconds === "21600" ? new Response(`token-${server.requests.length}`) : new Response("", { status: 400 });
  });
  return server;
}

describe("the notices of AWS", () => {
  test("are asked for with one token, and are none while the answer is 404", async () => {
    await using server = awsServer();
    const ask = noticesOf("aws", `${server.url}/`);
    expect(await ask(never)).toBeUndefined();
    server.answers.set(ACTION, (headers) =>
      headers.get("x-aws-ec2-metadata-token") === "token-1"
        ? Response.json({ action: "terminate", time: "2026-11-27T08:22:00Z" })
        : new Response("", { status: 401 }),
    );
    expect(await ask(never)).toEqual({ action: "terminate", at: "2026-11-27T08:22:00.000Z" });
    expect(server.requests).toEqual([TOKEN, ACTION, ACTION]);
  });

  test("are asked for with a new token when the old one is over", async () => {
    await using server = awsServer();
    const ask = noticesOf("aws", server.url);
    server.answers.set(ACTION, () => new Response("", { status: 401 }));
    expect(await rejectionOf(ask(never))).toBeInstanceOf(MetadataError);
    await ask(never).catch(() => {});
    server.answers.set(ACTION, () => new Response("", { status: 404 }));
    expect(await ask(never)).toBeUndefined();
    expect(server.requests.filter((request) => request === TOKEN).length).toBeGreaterThan(1);
  });

  test.each<[string, () => Response, SpotNotice]>([
    ["no JSON", () => new Response("<html>"), { action: "other", at: undefined }],
    ["another action", () => Response.json({ action: "explode\u202e", time: 7 }), { action: "other", at: undefined }],
    ["a list", () => Response.json(["terminate"]), { action: "other", at: undefined }],
    ["no end", () => new Response(new Uint8Array(1_000_000)), { action: "other", at: undefined }],
  ])("are read without trust: %s", async (_, answer, notice) => {
    await using server = awsServer();
    server.answers.set(ACTION, answer);
    expect(await noticesOf("aws", server.url)(never)).toEqual(notice);
  });

  test("follow no redirect, and go through no proxy", async () => {
    await using server = awsServer();
    await using other = new MetadataServer();
    const [proxy, exceptions] = [process.env["http_proxy"], process.env["no_proxy"]];
    process.env["http_proxy"] = other.url;
    process.env["no_proxy"] = "";
    try {
      server.answers.set(ACTION, () => Response.redirect(`${other.url}/elsewhere`, 302));
      const failure: unknown = await noticesOf("aws", server.url)(never).catch((error: unknown) => error);
      expect(String(failure)).toBe("MetadataError: the metadata service answers 302");
      expect(other.requests).toEqual([]);
      expect(server.requests).toEqual([TOKEN, ACTION]);
    } finally {
      restore("http_proxy", proxy);
      restore("no_proxy", exceptions);
    }
  });
});

describe("the notices of the others", () => {
  test("GCP says TRUE", async () => {
    await using server = new MetadataServer();
    let word = "FALSE";
    server.answers.set("GET /computeMetadata/v1/instance/preempted", (headers) =>
      headers.get("metadata-flavor") === "Google" ? new Response(word) : new Response("", { status: 403 }),
    );
    const ask = noticesOf("gcp", server.url);
    expect(await ask(never)).toBeUndefined();
    word = "TRUE\n";
    expect(await ask(never)).toEqual({ action: "terminate", at: undefined });
  });

  test("Azure names the machine: what is for another one is not for us", async () => {
    await using server = new MetadataServer();
    let resources = ["vm_8"];
    server.answers.set("GET /metadata/instance/compute/name?api-version=2021-02-01&format=text", (headers) =>
      headers.get("metadata") === "true" ? new Response("vm_7") : new Response("", { status: 400 }),
    );
    server.answers.set("GET /metadata/scheduledevents?api-version=2020-07-01", () =>
      Response.json({
        Events: [
          { EventType: "Reboot", Resources: ["vm_7"] },
          { EventType: "Preempt", Resources: resources, NotBefore: "Fri, 27 Nov 2026 08:22:00 GMT" },
        ],
      }),
    );
    const ask = noticesOf("azure", server.url);
    expect(await ask(never)).toBeUndefined();
    resources = ["vm_8", "vm_7"];
    expect(await ask(never)).toEqual({ action: "terminate", at: "2026-11-27T08:22:00.000Z" });
    expect(server.requests).toHaveLength(3);
  });
});

/** A watch whose questions have these answers; the last one goes on. */
function watchOf(cloud: Cloud, ...answers: readonly (SpotNotice | Error | undefined)[]) {
  const seen = new Seen();
  const state = { asked: 0 };
  const watch = new SpotWatch(seen.report, cloud, () => {
    const answer = answers[Math.min(state.asked++, answers.length - 1)];
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  const ticks = async (count: number): Promise<void> => {
    for (let tick = 0; tick < count; tick++) await watch.tick();
  };
  return { seen, state, watch, ticks };
}

describe("SpotWatch", () => {
  const notice: SpotNotice = { action: "terminate", at: "2026-11-27T08:22:00.000Z" };

  test("asks every fifth second, and tells of a notice once", async () => {
    const { seen, state, ticks } = watchOf("aws", undefined, notice);
    await ticks(5);
    expect(state.asked).toBe(1);
    await ticks(15);
    expect(state.asked).toBe(4);
    expect(seen.events).toMatchObject([
      {
        kind: { name: "warp_telemetry.spot_interruption", isUrgent: true },
        attributes: { "cloud.provider": "aws", action: "terminate", at: notice.at },
      },
    ]);
  });

  test("tells of a notice that comes anew", async () => {
    const { seen, ticks } = watchOf("aws", notice, undefined, notice, { ...notice, action: "stop" });
    await ticks(20);
    expect(seen.take()).toEqual(["spot_interruption", "spot_interruption", "spot_interruption"]);
  });

  test("asks a service that is not there once a minute", async () => {
    const { seen, state, ticks } = watchOf("gcp", new TypeError("fetch failed"));
    await ticks(15);
    expect(state.asked).toBe(3);
    await ticks(120);
    expect(state.asked).toBe(5);
    expect(seen.events).toEqual([]);
  });

  test("asks nothing more after its end, and waits for no answer", () => {
    const seen = new Seen();
    const signals: AbortSignal[] = [];
    const watch = new SpotWatch(seen.report, "aws", (abort) => {
      signals.push(abort);
      return new Promise(() => {});
    });
    for (let tick = 0; tick < 20; tick++) void watch.tick();
    expect(signals).toHaveLength(1);
    watch.stop();
    expect(signals[0]?.aborted).toBe(true);
    for (let tick = 0; tick < 20; tick++) void watch.tick();
    expect(signals).toHaveLength(1);
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
