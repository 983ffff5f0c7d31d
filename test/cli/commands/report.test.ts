import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { MINUTE_MS, Played, PLAYED_AT_MS, playedJob } from "../../report/played.ts";
import { TempDir } from "../../support/temp-dir.ts";
import { cli, type CliRun } from "../context.ts";

/** A folder with a job of two machines each, and one to write into. */
class Place implements Disposable {
  readonly #folder = new TempDir("report");
  readonly objects = this.#folder.file("objects");
  readonly out = this.#folder.file("out");

  constructor() {
    mkdirSync(this.out);
    new Played(this.objects).job(playedJob(), "a");
    new Played(this.objects).job(playedJob({ host: "runner-2", id: "job-2", name: "lint" }), "b");
  }

  report(...argv: readonly string[]): Promise<CliRun> {
    return cli(["report", ...argv], { workingDirectory: this.out });
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

describe("report", () => {
  test("writes a page, unless another form is asked for", async () => {
    using place = new Place();
    const page = await place.report(place.objects);
    expect(page).toMatchObject({
      code: 0,
      out: "",
      err: expect.stringMatching(/^Wrote report\.html \(.* KiB\): 2 jobs\n$/),
    });
    expect(readFileSync(`${place.out}/report.html`, "utf8")).toStartWith("<!doctype html>");
    for (const format of ["json", "csv", "perfetto"]) {
      expect(await place.report(place.objects, "--format", format)).toMatchObject({ code: 0 });
    }
    const names = ["report.csv", "report.html", "report.json", "report.perfetto"];
    expect(readdirSync(place.out).toSorted()).toEqual(names);
  });

  test("writes to a file of any name, over an older one and not through a link, or to standard output", async () => {
    using place = new Place();
    writeFileSync(`${place.out}/precious`, "precious");
    symlinkSync("precious", `${place.out}/mine.csv`);
    writeFileSync(`${place.out}/mine.csv.tmp`, "left by a crash");
    expect(await place.report(place.objects, "-o", "mine.csv", "--format", "csv")).toMatchObject({ code: 0 });
    expect(readFileSync(`${place.out}/mine.csv`, "utf8")).toStartWith("host,");
    expect(readFileSync(`${place.out}/precious`, "utf8")).toBe("precious");
    const { code, out, err } = await place.report(place.objects, "-o", "-", "--format", "csv");
    expect({ code, err, lines: out.split("\r\n").length }).toEqual({ code: 0, err: "", lines: 8 });
    expect(readdirSync(place.out).toSorted()).toEqual(["mine.csv", "precious"]);
  });

  test("takes folders and files, and chooses by time and job", async () => {
    using place = new Place();
    const rows = async (...argv: readonly string[]): Promise<number> =>
      (await place.report(...argv, "--format", "csv", "-o", "-")).out.split("\r\n").length - 2;
    const traces = `${place.objects}/a/20261127-120200.traces.log`;
    expect(await rows(place.objects)).toBe(6);
    expect(await rows(traces)).toBe(3);
    expect(await rows(traces, `${place.objects}/b`)).toBe(6);
    expect(await rows(place.objects, "--job", "lint")).toBe(3);
    expect(await rows(place.objects, "--from", "2026-11-27T12:01Z", "--to", "2026-11-27 12:30")).toBe(6);
    const after = await place.report(place.objects, "--from", new Date(PLAYED_AT_MS + 3 * MINUTE_MS).toISOString());
    expect(after).toMatchObject({ code: 1, err: expect.stringContaining("no object has a job or a machine") });
  });

  test("names what it cannot read and shows the rest", async () => {
    using place = new Place();
    writeFileSync(`${place.objects}/a/20261127-120000.logs.log.zst`, "none");
    writeFileSync(`${place.objects}/a/no\u001b[2Jte.txt`, "");
    const { code, err } = await place.report(place.objects);
    expect(code).toBe(0);
    expect(err).toContain("Cannot read a/20261127-120000.logs.log.zst: ");
    expect(err).toContain("1 files are passed over");
    expect(err).not.toContain("\u001b");
  });

  test("ends with 1, and writes nothing, when nothing can be read", async () => {
    using place = new Place();
    using empty = new TempDir("empty");
    expect(await place.report(empty.path)).toMatchObject({
      code: 1,
      err: expect.stringContaining("There is nothing to report on: no object is there"),
    });
    writeFileSync(empty.file("20261127-120000.logs.log.gz"), "none");
    expect(await place.report(empty.path)).toMatchObject({
      code: 1,
      err: expect.stringContaining("No object could be read"),
    });
    expect(await place.report(empty.file("missing"))).toMatchObject({
      code: 1,
      err: expect.stringContaining("ENOENT"),
    });
    expect(await place.report(place.objects, "-o", empty.file("missing/report.html"))).toMatchObject({ code: 1 });
    expect(existsSync(`${place.out}/report.html`)).toBe(false);
  });

  test.each([
    [["--format", "pdf"], "takes html, json, csv, perfetto"],
    [["--from", "yesterday"], "takes a time such as"],
    [["-o", "-", "--format", "perfetto"], "a file wanted"],
    [["discard:"], "a folder, a file or s3://bucket/prefix wanted"],
    [["s3://x"], "bucket"],
  ])("ends with 2 for %j", async (argv, message) => {
    using place = new Place();
    const { code, err } = await place.report(place.objects, ...argv);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining(message) });
  });

  test("ends with 3 when it is stopped, and leaves no file", async () => {
    using place = new Place();
    const stop = AbortSignal.abort(new Error("stopped"));
    const run = await cli(["report", place.objects], { workingDirectory: place.out, stop });
    expect(run).toMatchObject({ code: 3, err: "Stopped before the end; nothing is written\n" });
    expect(readdirSync(place.out)).toEqual([]);
  });
});
