import { DuckDBInstance } from "@duckdb/node-api";

/** The rows that a query of DuckDB gives, in a database of its own; times and large numbers as texts. */
export async function duckDbRows(sql: string): Promise<readonly Record<string, unknown>[]> {
  const database = await DuckDBInstance.create(":memory:");
  const connection = await database.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    database.closeSync();
  }
}
