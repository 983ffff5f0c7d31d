/** The questions of the page about a fleet, asked of a played day in a real S3 server, in each engine. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { pythonMissing } from "../clients/programs.ts";
import { built, needs } from "../support/built.ts";
import { codeBlocks } from "../support/code-blocks.ts";
import { S3Server } from "../support/s3-server.ts";
import { TempDir } from "../support/temp-dir.ts";
import { ask, enginePython, trinoColumns } from "./engines.ts";
import { DAY, objectsOf, playedRuns } from "./generate.ts";
import { loadFleet } from "./load.ts";
import { copyOf, PARQUET_VIEWS, parquetView } from "./parquet.ts";
import { QUESTIONS, viewsOf } from "./questions.ts";
import { differences, Truth } from "./truth.ts";

/** The first run installs 800 MB. */
const TIMEOUT_MS = 300_000;
setDefaultTimeout(TIMEOUT_MS);

const parts = needs("s3");
const python = pythonMissing();
const isSkipped = parts.missing || python !== undefined;
const title = (name: string): string => (python === undefined ? parts.title(name) : `${name} (skipped: ${python})`);
const FIVE = 5;
const FROM_PARQUET = " (Parquet)";

test("a played fleet is the same each time", () => {
  const plan = { ...DAY, runners: 3 };
  const [once = [], again] = [1, 2].map(() => [...playedRuns(plan)].flatMap(objectsOf));
  expect(once.length).toBeGreaterThanOrEqual(6 * 3);
  expect(again).toEqual(once);
});

const agent = needs("executable");
test.skipIf(agent.missing)(agent.title("the agent takes the settings of the page"), async () => {
  await using folder = await TempDir.create("fleet");
  const [settings = ""] = codeBlocks("src/help/fleet.md", "json");
  writeFileSync(folder.file("settings.json"), settings);
  const command = [built("executable"), "validate", "--settings", folder.file("settings.json")];
  const { exitCode, stdout } = Bun.spawnSync(command, { cwd: folder.path, env: {} });
  expect({ exitCode, out: stdout.toString() }).toEqual({
    exitCode: 0,
    out: expect.stringContaining("s3://telemetry"),
  });
});

describe.skipIf(isSkipped)(title("a played day in a bucket"), () => {
  const truth = new Truth();
  let program = "";
  let server: S3Server;

  beforeAll(async () => {
    program = await enginePython();
    server = await S3Server.start(built("s3"));
    await loadFleet(DAY, server, (run) => truth.add(run));
  }, TIMEOUT_MS);
  afterAll(() => server[Symbol.asyncDispose]());

  test("the five questions have the same, right answers in DuckDB, from Parquet and in ClickHouse", async () => {
    expect(QUESTIONS.size).toBe(FIVE);
    const wanted = truth.answers();
    // A question without an answer proves nothing.
    expect([...wanted].filter(([, rows]) => rows.length === 0)).toEqual([]);
    const copies = PARQUET_VIEWS.map((view) => [`copy ${view}`, copyOf(view, "true", server.bucket)] as const);
    const readings = PARQUET_VIEWS.map((view) => [`read ${view}`, parquetView(view, server.bucket)] as const);
    const again = [...QUESTIONS].map(([name, sql]) => [name + FROM_PARQUET, sql] as const);
    const asked = [
      { engine: "duckdb", queries: new Map([...QUESTIONS, ...copies, ...readings, ...again]) },
      { engine: "clickhouse", queries: QUESTIONS },
    ] as const;
    for (const { engine, queries } of asked) {
      const answered: string[] = [];
      for await (const { name, rows } of ask(program, engine, server, queries)) {
        const truly = wanted.get(name.replace(FROM_PARQUET, ""));
        if (truly === undefined) continue;
        expect({ engine, name, differences: differences(rows, truly) }).toEqual({ engine, name, differences: [] });
        answered.push(name);
      }
      expect(answered).toHaveLength(engine === "duckdb" ? 2 * FIVE : FIVE);
    }
  });

  test("Athena's views have the columns of DuckDB's, and its parser takes the questions", async () => {
    const views = ["machines", ...PARQUET_VIEWS];
    const described = new Map(views.map((view) => [view, `SELECT column_name FROM (DESCRIBE ${view})`]));
    const columns: Record<string, readonly unknown[]> = {};
    for await (const { name, rows } of ask(program, "duckdb", server, described)) columns[name] = rows.flat();
    expect(await trinoColumns(program, QUESTIONS)).toMatchObject({ views: columns });
    const wrong = new Map([["wrong", "SELECT no_such_column FROM spans"]]);
    const refused = await trinoColumns(program, wrong).catch(String);
    expect(refused).toContain("no_such_column");
  });

  test("ClickHouse's parser takes the views with s3Cluster", async () => {
    const views = viewsOf("clickhouse").replaceAll("s3('s3://", "s3Cluster('fleet', 's3://");
    const statements = views.split(";\n").filter((part) => part.includes("s3Cluster('fleet'"));
    const explained = new Map(statements.map((sql, n) => [`${n}`, `EXPLAIN AST ${sql.slice(sql.indexOf("CREATE"))}`]));
    const names: string[] = [];
    for await (const { name } of ask(program, "clickhouse", server, explained)) names.push(name);
    expect(names).toHaveLength(PARQUET_VIEWS.length);
  });
});
