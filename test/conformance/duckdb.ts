import { DuckDBInstance } from "@duckdb/node-api";

/** Counts the JSON objects that DuckDB reads, on its own terms, from every object in `folder`. */
export async function linesReadByDuckDb(folder: string): Promise<number> {
  const database = await DuckDBInstance.create(":memory:");
  const connection = await database.connect();
  try {
    // As one column of JSON: the suite's lines have nothing in common that could be columns.
    const objects = `read_ndjson_objects('${folder}/*.log')`;
    const answer = await connection.runAndReadAll(
      `SELECT count(*)::INTEGER AS lines FROM ${objects} WHERE json_valid(json) AND json_type(json) = 'OBJECT'`,
    );
    return Number(answer.getRowObjectsJson()[0]?.["lines"]);
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}
