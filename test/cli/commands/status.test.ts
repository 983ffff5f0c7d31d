import { afterEach, describe, expect, test } from "bun:test";
import { writeLiveToken } from "../../../src/home/live-token.ts";
import { HeldFolder } from "../../../src/lib/held-folder.ts";
import { TempDir } from "../../support/temp-dir.ts";
import { cli } from "../context.ts";

const screen = () => ({ columns: 80, rows: 24 });

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

  test("shows a person where the page is, with the token of the agent's folder, and nobody else", async () => {
    using folder = new TempDir("status");
    const argv = ["status", "--port", agent(() => statsOf("healthy")), "--base-directory", folder.path];
    expect((await cli(argv, { screen })).out).toMatch(/\nLive page: http:\/\/127\.0\.0\.1:\d+\/\n$/);
    const token = writeLiveToken(HeldFolder.open(folder.path));
    expect((await cli(argv, { screen })).out).toEndWith(`/#token=${token}\n`);
    expect((await cli(argv)).out).not.toContain(token);
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
