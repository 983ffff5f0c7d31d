/** Types of components that upstream has renamed: what they are called today, and up to which name older collectors know. */
const RENAMED: readonly (readonly [now: string, before: string])[] = [
  ["cumulative_to_delta", "cumulativetodelta"],
  ["delta_to_rate", "deltatorate"],
  ["file_log", "filelog"],
  ["host_metrics", "hostmetrics"],
  ["otlp_http", "otlphttp"],
];

/** Every name of a renamed type → the one that a collector is to be told. */
export type ComponentNames = ReadonlyMap<string, string>;

/** A line of what `otelcol components` prints. */
const LISTED_NAME = /^[ -]*name: *(\S+)/gm;

/** Whether a program has listed any. */
export function isListOfComponents(words: string): boolean {
  return words.search(LISTED_NAME) >= 0;
}

/** What `otelcol components` lists decides, type by type; a type that is listed under no name is called as today. */
export function namesIn(components: string): ComponentNames {
  const listed = new Set(Array.from(components.matchAll(LISTED_NAME), ([, name]) => name));
  return new Map(
    RENAMED.flatMap(([now, before]) => {
      const known = listed.has(before) && !listed.has(now) ? before : now;
      return [
        [now, known],
        [before, known],
      ];
    }),
  );
}

/** Those of today's collectors, which know the names of before as well but warn of them. */
export const NAMES_OF_TODAY: ComponentNames = namesIn("");

const ANY_NAME = RENAMED.flat().join("|");
/** A component where it is configured: a key, in a block or in braces. */
const CONFIGURED = new RegExp(`(^[ \\t]*["']?|[{,][ \\t]*["']?)(${ANY_NAME})(?=(/[^\\s:"']+)?["']?[ \\t]*:)`, "gm");
/** The components of a pipeline, in brackets or one a line. */
const LIST = /\b(?:receivers|processors|exporters)["']?:(?:\s|&\S+(?=\s)|#[^\n]*\n)*\[[^\]]*\]/g;
const LISTED = new RegExp(`(?<=[\\[,\\s"'])(${ANY_NAME})(?=[/\\],\\s"'])`, "g");
const LIST_BELOW =
  /^[ \t]*["']?(?:receivers|processors|exporters)["']?:[ \t]*(?:&\S+)?[ \t]*(?:#.*)?\r?\n(?:[ \t]*(?:-.*|#.*)?\r?(?:\n|$))+/gm;
const LISTED_BELOW = new RegExp(`^([ \\t]*-[ \\t]*["']?)(${ANY_NAME})(?=(/\\S+?)?["']?[ \\t]*(?:#.*)?$)`, "gm");

/**
 * A configuration in YAML with every component under the name that the collector knows. So a file of a user adds to ours
 * whichever names it has. Any key of such a name counts as a component; other texts stay.
 */
export function withNames(yaml: string, names: ComponentNames): string {
  const named = (name: string): string => names.get(name) ?? name;
  return yaml
    .replace(CONFIGURED, (_, before: string, name: string) => `${before}${named(name)}`)
    .replace(LIST, (list) => list.replace(LISTED, named))
    .replace(LIST_BELOW, (list) => {
      return list.replace(LISTED_BELOW, (_, dash: string, name: string) => `${dash}${named(name)}`);
    });
}

const STORED = new RegExp(`^exporter_(${ANY_NAME})(?=_)`);

/**
 * What a file of the collector's storage (`exporter_otlp_http_logs_logs`) is called with these names. An exporter that finds
 * none begins a new queue, and what is in the other one is never sent. Receivers have one name there.
 */
export function storedUnder(file: string, names: ComponentNames): string {
  return file.replace(STORED, (_, name: string) => `exporter_${names.get(name) ?? name}`);
}
