import { readFileSync } from "node:fs";
import { join } from "node:path";

const HELP = join(import.meta.dir, "../../src/help");

export type Engine = "duckdb" | "clickhouse" | "athena";

/** The five questions of the page, by its headings: one text for all engines. */
export const QUESTIONS: ReadonlyMap<string, string> = new Map(
  [...readFileSync(join(HELP, "fleet.md"), "utf8").matchAll(/^### (.+?)\n(?:(?!^#)[^])*?^```sql\n([^]*?)^```$/gm)].map(
    ([, heading = "", sql = ""]) => [heading, sql],
  ),
);

/** The views of an engine, as `warp-telemetry help fleet-duckdb` prints them. */
export function viewsOf(engine: Engine): string {
  return readFileSync(join(HELP, `fleet/${engine}.sql`), "utf8");
}
