/** DuckDB, ClickHouse (chdb) and a parser of Trino's SQL, from PyPI, each in a process of its own. */
import { join } from "node:path";
import { pythonVenv } from "../clients/programs.ts";
import { arrayAt, numberAt, valueAt } from "../support/json.ts";
import { S3_REGION, type S3Server } from "../support/s3-server.ts";
import { type Engine, viewsOf } from "./questions.ts";
import type { Answer, Cell } from "./truth.ts";

/** The engines and their versions. */
export const REQUIREMENTS = join(import.meta.dir, "requirements.txt");
/** How the page names the bucket. */
const BUCKET = "s3://telemetry";
const TIME = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d+))?(?:\+00)?$/;

export interface Answered {
  readonly name: string;
  readonly seconds: number;
  readonly rows: Answer;
}

/** The Python that has the engines. Installs them the first time: 800 MB. */
export async function enginePython(): Promise<string> {
  return join(await pythonVenv("fleet", "DuckDB, ClickHouse and sqlglot", REQUIREMENTS), "bin/python");
}

/** Asks an engine that reads the objects of `server` through its views, after `setup`. Throws with its words when it fails. */
export async function* ask(
  python: string,
  engine: Exclude<Engine, "athena">,
  server: S3Server,
  queries: ReadonlyMap<string, string>,
  setup = "",
): AsyncGenerator<Answered> {
  const task = {
    engine,
    setup: `${viewsFor(engine, server)}\n${setup}`,
    queries: Object.fromEntries(queries),
    s3: { host: new URL(server.origin).host, region: S3_REGION, ...server.credentials },
  };
  const child = Bun.spawn([python, join(import.meta.dir, "engines.py")], {
    stdin: new Blob([JSON.stringify(task)]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const complaints = new Response(child.stderr).text();
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of child.stdout) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield answered(JSON.parse(line));
  }
  if ((await child.exited) !== 0) throw new Error(`Cannot ask ${engine}: it said\n${await complaints}`);
}

/** The columns of the views and of the questions, as a parser of Trino's SQL finds them. Throws where it finds a fault. */
export async function trinoColumns(python: string, queries: ReadonlyMap<string, string>): Promise<unknown> {
  const child = Bun.spawn([python, join(import.meta.dir, "trino.py")], {
    stdin: new Blob([JSON.stringify({ views: viewsOf("athena"), queries: Object.fromEntries(queries) })]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [words, complaints] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(`Cannot read the SQL for Athena: sqlglot said\n${complaints}`);
  return JSON.parse(words);
}

/** The views of the page, with the test's server in the place of the bucket. */
function viewsFor(engine: Engine, { origin, bucket, credentials }: S3Server): string {
  const views = viewsOf(engine);
  if (!views.includes(BUCKET)) throw new Error(`Cannot place the bucket: no ${BUCKET} in the views of ${engine}`);
  if (engine === "duckdb") return views.replace(BUCKET, `s3://${bucket}`);
  const { accessKeyId, secretAccessKey } = credentials;
  return views
    .replaceAll(BUCKET, `${origin}/${bucket}`)
    .replaceAll(", 'JSONEachRow'", `, '${accessKeyId}', '${secretAccessKey}', 'JSONEachRow'`);
}

function answered(line: unknown): Answered {
  const rows = arrayAt(line, "rows").map((row) => arrayAt(row).map(cellOf));
  return { name: String(valueAt(line, "name")), seconds: numberAt(line, "seconds"), rows };
}

function textOf(cell: unknown): string {
  return typeof cell === "string" ? cell : JSON.stringify(cell);
}

/** Times of all engines as `2026-11-02 14:33:40.156`: they are in UTC, and OTLP's are finer than the agent's. */
function cellOf(cell: unknown): Cell {
  if (typeof cell === "number" || cell === null) return cell;
  const text = textOf(cell);
  const [, second, fraction = ""] = TIME.exec(text) ?? [];
  return second === undefined ? text : `${second}.${fraction.slice(0, 3).padEnd(3, "0")}`;
}
