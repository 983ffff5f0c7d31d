import { afterEach, describe, expect, test } from "bun:test";
import { cli } from "../context.ts";

let server: ReturnType<typeof Bun.serve> | undefined;
afterEach(async () => {
  await server?.stop(true);
  server = undefined;
});

function agent(answer: () => Response): string {
  server = Bun.serve({ hostname: "127.0.0.1", port: 0, routes: { "/stats": answer } });
  return String(server.port);
}

function statsOf(status: string): Response {
  return Response.json({ health: { status, parts: {} }, streams: { logs: { accepted_requests: 3 } } });
}

describe("status", () => {
  test("prints a summary and ends with 0", async () => {
    const port = agent(() => statsOf("degraded"));
    const { code, out, err } = await cli(["status", "--port", port]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toStartWith(`degraded  http://127.0.0.1:${port}`);
    expect(out).toContain("logs    3 ");
  });

  test.each([
    ["healthy", 0],
    ["unhealthy", 1],
    ["no verdict", 1],
  ] as const)("ends %s with %d", async (verdict, code) => {
    expect((await cli(["status", "--port", agent(() => statsOf(verdict))])).code).toBe(code);
  });

  test("ends with 1 when nobody listens", async () => {
    const port = agent(() => new Response("<html>", { status: 404 }));
    await server?.stop(true);
    const { code, err } = await cli(["status", "--port", port]);
    expect(code).toBe(1);
    expect(err).toBe(
      `Cannot ask the agent at http://127.0.0.1:${port}: nobody listens there; is it running, and on this --port?\n`,
    );
  });

  test("says that an agent with a settings file that is not there waits for it", async () => {
    const { code, err } = await cli(["status", "--settings", "/nowhere/settings.json"]);
    expect(code).toBe(1);
    expect(err).toContain("/nowhere/settings.json");
    expect(err).toEndWith("An agent that was started with this settings file waits for it\n");
  });

  test("ends with 1 when another program answers, and asks this machine for an agent that listens everywhere", async () => {
    const port = agent(() => new Response("<html>", { status: 404 }));
    const { code, err } = await cli(["status", "--port", port, "--host", "0.0.0.0"]);
    expect(code).toBe(1);
    expect(err).toStartWith(`Cannot ask the agent at http://127.0.0.1:${port}: status 404 without a JSON object`);
  });
});
