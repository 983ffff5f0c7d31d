import { describe, expect, test } from "bun:test";
import { createServer } from "node:net";
import { ControlServer, ControlStandIn } from "../../support/control-server.ts";
import { freePort } from "../../support/free-port.ts";
import { listening } from "../../support/listening.ts";
import { cli } from "../context.ts";

describe("flush", () => {
  test("ends with 0 when everything is delivered, and asks for 5 s unless it is told", async () => {
    const asked: string[] = [];
    await using server = scripted((request) => {
      asked.push(`${request.method} ${new URL(request.url).pathname}${new URL(request.url).search}`);
      return Response.json({ lines_left: 0 });
    });
    const { port } = server;
    expect(await cli(["flush", "--port", port])).toEqual({ code: 0, out: "Everything is delivered\n", err: "" });
    await cli(["flush", "--wait", "50s", "--port", port]);
    expect(asked).toEqual(["POST /control/flush?wait_ms=5000", "POST /control/flush?wait_ms=50000"]);
  });

  test("warns of lines that are left, and ends with 3 when that matters", async () => {
    const standIn = new ControlStandIn();
    standIn.linesLeft = 12;
    await using server = await ControlServer.start({ control: { control: standIn } });
    const args = ["flush", "--wait", "1s", "--port", String(server.port)];
    const err = "Warning: 12 lines are not delivered within 1s; the agent goes on with them\n";
    expect(await cli(args)).toEqual({ code: 0, out: "", err });
    expect((await cli([...args, "--strict"])).code).toBe(3);
  });

  test.each([
    ["nobody listens", async () => ({ port: String(await freePort()), [Symbol.asyncDispose]: async () => {} })],
    ["another program answers", async () => scripted(() => new Response("<html>\u001b[2J", { status: 404 }))],
    ["it is sent elsewhere", async () => scripted(elsewhere)],
    ["the answer says nothing", async () => scripted(() => Response.json({}))],
    ["the answer is hostile", async () => scripted(() => Response.json({ message: "a\n\u001b[2Jb" }, { status: 500 }))],
    ["the agent keeps no jobs", async () => noJobs()],
  ])("when %s, is one warning and 0; with --strict 1", async (_, make) => {
    await using other = await make();
    const { code, out, err } = await cli(["flush", "--wait", "100ms", "--port", other.port]);
    expect([code, out]).toEqual([0, ""]);
    expect(err).toMatch(/^Warning: Cannot flush: \P{Cc}+\n$/u);
    expect((await cli(["flush", "--wait", "100ms", "--strict", "--port", other.port])).code).toBe(1);
  });

  test("ends soon after its wait when the other side takes the connection and says nothing", async () => {
    const server = createServer(() => {});
    const port = await listening(server);
    const { code, err } = await cli(["flush", "--wait", "100ms", "--port", String(port)]);
    expect(code).toBe(0);
    expect(err).toStartWith("Warning: Cannot flush: no answer within 0.6 s at http://127.0.0.1:");
    server.close();
  });

  test("a stop signal ends the wait at once", async () => {
    const server = createServer(() => stop.abort());
    const stop = new AbortController();
    const port = await listening(server);
    const { code, err } = await cli(["flush", "--wait", "50s", "--port", String(port)], { stop: stop.signal });
    expect({ code, err }).toEqual({ code: 0, err: "Warning: Cannot flush: a signal ended the wait\n" });
    server.close();
  });

  test("works without the settings of an agent whose settings it may not read", async () => {
    await using server = await ControlServer.start({ control: { control: new ControlStandIn() } });
    const { code, out } = await cli(["flush", "--settings", "/nowhere/settings.json", "--port", String(server.port)]);
    expect([code, out]).toEqual([0, "Everything is delivered\n"]);
  });

  test("a configuration that is wrong is a warning, too", async () => {
    const { code, err } = await cli(["flush"], { variables: { WARP_TELEMETRY_PORT: "many" } });
    expect(code).toBe(0);
    expect(err).toMatch(/^Warning: Cannot flush: .*telemetry\.port.*\n$/);
  });

  test.each(["51s", "5", "soon", "-1s"])("a wait of %p is a mistake", async (wait) => {
    const { code, err } = await cli(["flush", `--wait=${wait}`]);
    expect(code).toBe(2);
    expect(err).toContain("takes a duration up to 50s");
  });
});

/** Sent to another path of the same program, which would answer. */
function elsewhere({ url }: Request): Response {
  const isThere = new URL(url).pathname === "/elsewhere";
  return isThere ? Response.json({ lines_left: 0 }) : Response.redirect(new URL("/elsewhere", url).href);
}

interface Scripted extends AsyncDisposable {
  readonly port: string;
}

function scripted(answer: (request: Request) => Response): Scripted {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: answer });
  return { port: String(server.port), [Symbol.asyncDispose]: () => server.stop(true) };
}

async function noJobs(): Promise<Scripted> {
  const server = await ControlServer.start({});
  return { port: String(server.port), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
