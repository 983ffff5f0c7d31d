import { codeBlocks } from "../support/code-blocks.ts";

/** All views that are made of objects. */
export const PARQUET_VIEWS = ["spans", "events", "output", "samples"] as const;
export type ParquetView = (typeof PARQUET_VIEWS)[number];

const [COPY = "", VIEW = ""] = codeBlocks("src/help/fleet.md", "sql").at(-1)?.split(";\n\n") ?? [];
const DAY = "day = '2026-11-02'";

/** The page's COPY, for another view, of the days for which `days` is true. */
export function copyOf(view: ParquetView, days: string, bucket: string): string {
  return placed(COPY, view, bucket).replace(DAY, days);
}

/** The page's view of the copy, for another view. */
export function parquetView(view: ParquetView, bucket: string): string {
  return placed(VIEW, view, bucket);
}

function placed(sql: string, view: ParquetView, bucket: string): string {
  return sql.replaceAll("spans", view).replaceAll("s3://telemetry/", `s3://${bucket}/`);
}
