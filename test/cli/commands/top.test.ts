import { describe, expect, test } from "bun:test";
import { playedState } from "../../page/played-job.ts";
import { StandIn } from "../../page/stand-in.ts";
import { freePort } from "../../support/free-port.ts";
import { cli } from "../context.ts";

const LOG = { atMs: 0, stream: "logs" as const, severity: 17, text: "\u001B[31mfailed\u001B[0m" };

describe("top, where standard output is no terminal", () => {
  test("prints one picture without escape codes, and ends with 0", async () => {
    const agent = new StandIn({ state: playedState(), logs: [LOG] });
    try {
      const { port } = new URL(agent.url);
      const { code, out, err } = await cli(["top", "--port", port], { variables: { COLUMNS: "100" } });
      expect([code, err]).toEqual([0, ""]);
      expect(out).toContain("build-and-test");
      expect(out).toContain("ERROR failed\n");
      expect(out).not.toContain("\u001B");
      expect(Math.max(...out.split("\n").map((line) => Bun.stringWidth(line)))).toBe(100);
    } finally {
      await agent.stop();
    }
  });

  test("prints the same at a terminal with --once, and where no cursor can be placed", async () => {
    const agent = new StandIn({ state: playedState() });
    const atTerminal = {
      screen: () => ({ columns: 60, rows: 20 }),
      terminal: () => {
        throw new Error("the terminal was asked for");
      },
    };
    try {
      const { port } = new URL(agent.url);
      const once = await cli(["top", "--once", "--port", port], { ...atTerminal, variables: { TERM: "xterm" } });
      const dumb = await cli(["top", "--port", port], { ...atTerminal, variables: { TERM: "dumb" } });
      for (const { code, out } of [once, dumb]) {
        expect(code).toBe(0);
        expect(out).toStartWith("! Degraded");
        expect(Math.max(...out.split("\n").map((line) => Bun.stringWidth(line)))).toBe(60);
      }
    } finally {
      await agent.stop();
    }
  });

  test("ends with 1 and says why when nobody listens, when it is refused, and when another program answers", async () => {
    const port = String(await freePort());
    const nobody = await cli(["top", "--port", port]);
    expect([nobody.code, nobody.out]).toEqual([1, ""]);
    expect(nobody.err).toBe(
      `Cannot show the agent: nobody listens at http://127.0.0.1:${port}; "warp-telemetry status" says how it is\n`,
    );

    const agent = new StandIn({ state: playedState() });
    agent.refuse(true);
    const refused = await cli(["top", "--port", new URL(agent.url).port]);
    await agent.stop();
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("answers 503");

    const other = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("<html>") });
    const stranger = await cli(["top", "--port", String(other.port)]);
    await other.stop(true);
    expect(stranger.code).toBe(1);
    expect(stranger.err).toContain("it has ended the connection");
  });
});
