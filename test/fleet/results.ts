import { STREAMS } from "../../src/pipeline.ts";
import { markdownTable } from "../support/markdown-table.ts";
import type { FleetPlan } from "./generate.ts";
import type { Loaded } from "./load.ts";

/** A question or a copy, and how long it took. */
export interface Asked {
  readonly name: string;
  readonly seconds: number;
}

export interface Measured {
  /** Date, machine and versions. */
  readonly head: string;
  readonly plan: FleetPlan;
  readonly loaded: Loaded;
  /** Over the objects themselves, by engine. */
  readonly json: ReadonlyMap<string, readonly Asked[]>;
  /** Copies of views to Parquet, by view. */
  readonly copied: readonly Asked[];
  /** DuckDB over the copies. */
  readonly parquet: readonly Asked[];
  readonly parquetBytes: number;
}

/** The text of results.md. The page is made from it, so headings and columns are kept. */
export function report({ head, plan, loaded, json, copied, parquet, parquetBytes }: Measured): string {
  const data = STREAMS.map((stream) => {
    const { objects, jsonBytes, storedBytes } = loaded.streams[stream];
    return [stream, String(objects), mb(jsonBytes), mb(storedBytes)];
  });
  const engines = [...json.values(), parquet];
  const seconds = parquet.map(({ name }) => [
    name,
    ...engines.map((answers) => answers.find((one) => one.name === name)?.seconds.toFixed(2) ?? ""),
  ]);
  const columns = ["right", "right", "right", "right"] as const;
  return [
    "# Fleet",
    `${head}. Runners: ${plan.runners}. Days: ${plan.days}. Jobs: ${loaded.jobs}. Made by \`bun run fleet --month --write\`: the data is synthetic, the server is versitygw on the same machine.`,
    "## Data",
    markdownTable(["Stream", "Objects", "MB as JSON lines", "MB stored"], data, ["left", ...columns]),
    "## Questions",
    "Seconds, each question asked once, in a new process an engine.",
    markdownTable(["Question", ...json.keys(), "duckdb, Parquet"], seconds, ["left", ...columns]),
    "## Parquet",
    `All copies together: ${mb(parquetBytes)} MB.`,
    markdownTable(
      ["Copy", "Seconds"],
      copied.map(({ name, seconds: took }) => [name, took.toFixed(1)]),
      ["left", "right"],
    ),
    "",
  ].join("\n\n");
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
