/** A text of the documentation that the executable carries. README.md links to the same files. */
export interface Topic {
  /** What people type: `warp-telemetry help limits`. */
  readonly name: string;
  /** What the page answers, in a few words without a full stop. */
  readonly summary: string;
  /** Path, beside this file, of what is to be copied and is printed as it is. Default: the page `<name>.md`. */
  readonly file?: string;
  /** The text. Loaded when it is asked for, because a running agent needs no page. */
  readonly load: () => Promise<{ readonly default: string }>;
}

/** Every topic, in the order of the help. */
export const TOPICS: readonly Topic[] = [
  {
    name: "configuration",
    summary: "every setting: key, flag, variable, default and range",
    load: () => import("./configuration.md", { with: { type: "text" } }),
  },
  {
    name: "data",
    summary: "what the agent takes, what comes out, and how to read it",
    load: () => import("./data.md", { with: { type: "text" } }),
  },
  {
    name: "destinations",
    summary: "a folder, a bucket, the WarpBuild API",
    load: () => import("./destinations.md", { with: { type: "text" } }),
  },
  {
    name: "warpbuild-api",
    summary: "the requests to the WarpBuild API",
    load: () => import("./warpbuild-api.md", { with: { type: "text" } }),
  },
  {
    name: "collector",
    summary: "host metrics, system log, runner logs, your own configuration",
    load: () => import("./collector.md", { with: { type: "text" } }),
  },
  {
    name: "job",
    summary: "steps, their output, pressure, processes, and what ended a job",
    load: () => import("./job.md", { with: { type: "text" } }),
  },
  {
    name: "hooks-and-marks",
    summary: "hooks of GitHub's runner, marks of other runners, flush, jobs",
    load: () => import("./hooks-and-marks.md", { with: { type: "text" } }),
  },
  {
    name: "reports",
    summary: "a page of stored objects, and the same for programs",
    load: () => import("./reports.md", { with: { type: "text" } }),
  },
  {
    name: "summaries",
    summary: "what a job used, took and cost; how large its machine should be",
    load: () => import("./summaries.md", { with: { type: "text" } }),
  },
  {
    name: "limits",
    summary: "every limit, and what happens when it is reached",
    load: () => import("./limits.md", { with: { type: "text" } }),
  },
  {
    name: "promises",
    summary: "what is never lost or doubled, and how that is tested",
    load: () => import("./promises.md", { with: { type: "text" } }),
  },
  {
    name: "files",
    summary: "what is opened, run and signalled: where, as whom, with which flags",
    load: () => import("./files.md", { with: { type: "text" } }),
  },
  {
    name: "performance",
    summary: "speed, CPU, memory and bytes, measured",
    load: () => import("./performance.md", { with: { type: "text" } }),
  },
  {
    name: "operations",
    summary: "install, upgrade, uninstall, health, proxies, troubleshooting",
    load: () => import("./operations.md", { with: { type: "text" } }),
  },
  {
    name: "unit",
    summary: "a unit for systemd, as a file",
    file: "warp-telemetry.service",
    load: () => import("./warp-telemetry.service", { with: { type: "text" } }),
  },
  {
    name: "fleet",
    summary: "many machines: settings, five questions in SQL, what they cost",
    load: () => import("./fleet.md", { with: { type: "text" } }),
  },
  {
    name: "fleet-duckdb",
    summary: "a fleet's objects as tables of DuckDB, as a file",
    file: "fleet/duckdb.sql",
    load: () => import("./fleet/duckdb.sql", { with: { type: "text" } }),
  },
  {
    name: "fleet-clickhouse",
    summary: "the same for ClickHouse, as a file",
    file: "fleet/clickhouse.sql",
    load: () => import("./fleet/clickhouse.sql", { with: { type: "text" } }),
  },
  {
    name: "fleet-athena",
    summary: "the same for Athena and other Trino, as a file",
    file: "fleet/athena.sql",
    load: () => import("./fleet/athena.sql", { with: { type: "text" } }),
  },
  {
    name: "library",
    summary: "the agent inside a program of yours",
    load: () => import("./library.md", { with: { type: "text" } }),
  },
  {
    name: "otlp-checklist",
    summary: "every rule of OTLP/HTTP, and what the agent does",
    load: () => import("./otlp-checklist.md", { with: { type: "text" } }),
  },
  {
    name: "licences",
    summary: "the licences of everything that is inside the executables",
    load: () => import("./licences.md", { with: { type: "text" } }),
  },
];
