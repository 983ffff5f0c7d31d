import { describe, expect, test } from "bun:test";
import { jobsTable } from "../../../src/cli/commands/jobs-table.ts";
import { ControlServer, ControlStandIn } from "../../support/control-server.ts";
import { freePort } from "../../support/free-port.ts";
import { cli } from "../context.ts";

const NOW_MS = 1_800_000_000_000;
const JOBS = {
  jobs: [
    {
      name: "build",
      started_at_ms: NOW_MS - 245_000,
      peak_cpu_cores: 3.96,
      peak_memory_bytes: 3.5 * 2 ** 30,
      steps: [
        { name: "Check out", result: "success", started_at_ms: NOW_MS - 245_000, ended_at_ms: NOW_MS - 242_700 },
        { name: "a\u001b[2J\u202eb\nc", started_at_ms: NOW_MS - 3_900_000, peak_memory_bytes: 512 },
      ],
    },
  ],
};

describe("jobsTable()", () => {
  test("has a line a job and a step, and nothing that moves a cursor", () => {
    expect(jobsTable(JOBS, NOW_MS).split("\n")).toEqual([
      "job, step               result   duration  peak CPU   peak memory",
      "build                   runs     4m05s     4.0 cores  3.50GiB",
      "  Check out             success  2.3s      -          -",
      String.raw`  a\u001b[2J\u202eb\nc  runs     1h05m     -          512`,
      "",
    ]);
  });

  test.each([[{}], [{ jobs: [] }], [{ jobs: "none" }], [{ jobs: [5, null] }]])(
    "of %p says that there is none",
    (answer) => {
      expect(jobsTable(answer, NOW_MS)).toBe("No job was seen in this run\n");
    },
  );

  test("takes whatever an agent of another version, or another program, answers", () => {
    const odd = { jobs: [{ name: 5, result: {}, started_at_ms: "x", steps: "many" }, { name: "n".repeat(500) }, {}] };
    const lines = jobsTable(odd, NOW_MS).split("\n");
    expect(lines[1]).toMatch(/^- +- +- +- +-$/);
    expect(lines[2]).toStartWith(`${"n".repeat(59)}…`);
    // A clock that was set back.
    expect(jobsTable({ jobs: [{ name: "a", started_at_ms: NOW_MS + 5000 }] }, NOW_MS)).toContain("0.0s");
  });
});

function screen() {
  return { columns: 80, rows: 24 };
}

describe("jobs", () => {
  test("prints JSON into a pipe, and a table on a terminal, unless it is told", async () => {
    const standIn = new ControlStandIn();
    standIn.seen = JOBS;
    await using server = await ControlServer.start({ control: { control: standIn } });
    const argv = ["jobs", "--port", String(server.port)];
    const piped = await cli(argv);
    expect(piped).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(piped.out)).toEqual(JOBS);
    // Also when it comes to a terminal after all.
    expect(piped.out).not.toMatch(/[\p{Cf}]|(?!\n)\p{Cc}/u);
    expect((await cli(argv, { screen })).out).toStartWith("job, step ");
    expect((await cli([...argv, "--format", "json"], { screen })).out).toBe(piped.out);
    expect((await cli([...argv, "--format=table"])).out).toStartWith("job, step ");
  });

  test("ends with 1 when it cannot know", async () => {
    const port = String(await freePort());
    expect(await cli(["jobs", "--port", port])).toEqual({
      code: 1,
      out: "",
      err: `Cannot ask for the jobs: nobody listens at http://127.0.0.1:${port}\n`,
    });
    await using server = await ControlServer.start({});
    expect((await cli(["jobs", "--port", String(server.port)])).err).toContain("this agent keeps no jobs");
  });
});
