import { duckDbRows } from "../support/duckdb.ts";

/** Counts the JSON objects that DuckDB reads, on its own terms, from every object in `folder`. */
export async function linesReadByDuckDb(folder: string): Promise<number> {
  // As one column of JSON: the suite's lines have nothing in common that could be columns.
  const objects = `read_ndjson_objects('${folder}/*.log')`;
  const isObject = "json_valid(json) AND json_type(json) = 'OBJECT'";
  const [row] = await duckDbRows(`SELECT count(*)::INTEGER AS lines FROM ${objects} WHERE ${isObject}`);
  return Number(row?.["lines"]);
}
