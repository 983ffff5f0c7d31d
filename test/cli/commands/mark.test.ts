import { describe, expect, test } from "bun:test";
import { ControlServer, ControlStandIn } from "../../support/control-server.ts";
import { freePort } from "../../support/free-port.ts";
import { cli } from "../context.ts";

describe("mark", () => {
  test("tells the start and the end of a step, and prints nothing", async () => {
    const standIn = new ControlStandIn();
    await using server = await ControlServer.start({ control: { control: standIn } });
    const port = ["--port", String(server.port)];
    const runs = [
      await cli(["mark", "start", "compile $(x)", ...port]),
      await cli(["mark", "end", "compile $(x)", "--result", "failure", ...port]),
      await cli(["mark", "end", ...port, "--", "--name"]),
      await cli(["mark", "start", "x".repeat(5000), ...port]),
    ];
    expect(runs).toEqual(runs.map(() => ({ code: 0, out: "", err: "" })));
    const common = { source: "mark" as const, atMs: expect.any(Number) };
    expect(standIn.marks).toEqual([
      { kind: "step-start", name: "compile $(x)", ...common },
      { kind: "step-end", name: "compile $(x)", result: "failure", ...common },
      { kind: "step-end", name: "--name", ...common },
      { kind: "step-start", name: "x".repeat(1024), ...common },
    ]);
  });

  test("when nobody answers, is one warning and 0; with --strict 1", async () => {
    const port = String(await freePort());
    const { code, out, err } = await cli(["mark", "start", "x", "--port", port]);
    expect({ code, out, err }).toEqual({
      code: 0,
      out: "",
      err: `Warning: Cannot mark: nobody listens at http://127.0.0.1:${port}\n`,
    });
    expect((await cli(["mark", "start", "x", "--strict", "--port", port])).code).toBe(1);
  });

  test("says what the agent does not take", async () => {
    await using server = await ControlServer.start({ control: { control: new ControlStandIn() } });
    const { code, err } = await cli(["mark", "start", "", "--port", String(server.port)]);
    expect(code).toBe(0);
    expect(err).toContain('Cannot take the mark: "name" has 0 characters');
  });

  test.each([
    [["mark"], "missing argument <start|end>"],
    [["mark", "start"], "missing argument <name>"],
    [["mark", "begin", "x"], "argument <start|end> of 'mark' is another word"],
    [["mark", "end", "x", "--result", "great"], "option '--result' takes success, failure"],
    [["mark", "start", "x", "--result", "skip"], "option '--result' is of 'mark end'"],
    [["mark", "start", "x", "y"], "too many arguments for 'mark': y"],
  ])("%p is a mistake", async (argv, words) => {
    const { code, err } = await cli(argv);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });
});
