import { doubtOfRoot, type Skipped } from "./search-path.ts";

/** A file that the configuration names, and that an agent of root does not use. */
export interface DistrustedFile extends Skipped {
  /** The key that names it. */
  readonly key: "telemetry.collector.path" | "telemetry.collector.config";
  /** The file as it is configured; `path` is the part of the way to it that others can change. */
  readonly file: string;
}

/**
 * The files of the collector's configuration that others can change or replace, for an agent that is root; none for
 * every other. A start can say so at once; without that the collector is not started, and `/health` names the file.
 */
export function distrustedFiles({
  path,
  configFiles,
}: {
  readonly path?: string;
  readonly configFiles: readonly string[];
}): readonly DistrustedFile[] {
  const named = [
    ...(path === undefined ? [] : [{ key: "telemetry.collector.path" as const, file: path }]),
    ...configFiles.map((file) => ({ key: "telemetry.collector.config" as const, file })),
  ];
  return named.flatMap(({ key, file }) => {
    const doubt = doubtOfRoot(file);
    return doubt === undefined ? [] : [{ ...doubt, key, file }];
  });
}
