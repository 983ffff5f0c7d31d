import { Secrets, type SecretKind } from "./secrets.ts";
import { viewsOf, type TextView } from "./text-view.ts";
import { type Range, secretValuesOf, urlSecrets } from "./url-secrets.ts";

const MASK = "***";
/** Runs of letters in which something that holds a secret can be encoded: a URL, a request. */
const BASE64_RUN = /[\w+/-]{40,}={0,2}/g;
const HEX_RUN = /[\da-f]{80,}/gi;

/** Longer than the names that people give: the address of a webhook is a secret. */
const LONG_PATH_PART = /(?<=[^/:]\/(?:[^?#]*\/)?)[^/?#]{16,}/g;

/** Of this process: what one part of it learns, the log of another must not tell. */
const secrets = new Secrets();

/** From now on {@link mask} hides `value`, in whatever form. Cheap, and safe to call again with the same one. */
export function keepSecret(value: string | undefined, kind?: SecretKind): void {
  secrets.keep(value, kind);
}

/** As {@link keepSecret}, for what is secret in a URL that came from elsewhere: its signature, tokens and password. */
export function keepSecretsOf(url: string): void {
  for (const value of secretValuesOf(url)) secrets.keep(value, { isPassing: true });
}

/**
 * As {@link keepSecret}, for a value of which nobody knows what it is. Of a URL its secrets and long parts of its path
 * are kept, since its address is in many lines; a path is hidden only as a whole.
 */
export function keepUnknown(value: string): void {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(value)) {
    for (const secret of [...secretValuesOf(value), ...(value.match(LONG_PATH_PART) ?? [])]) secrets.keep(secret);
  } else secrets.keep(value, { isWhole: /^([.~]|[A-Z]:)?[/\\]/i.test(value) });
}

/**
 * The text with `***` in place of every secret that was kept, in whatever form and in parts of eight characters and
 * more, and of the query, the fragment and the user of every URL. Takes time in proportion to the text: a caller with a
 * long one cuts it first.
 */
export function mask(text: string): string {
  const ranges = viewsOf(text).flatMap((view) => rangesIn(view));
  return ranges.length === 0 ? text : replaced(text, ranges);
}

/** Pieces of the text behind the view. */
function rangesIn({ bytes, from, to }: TextView): readonly Range[] {
  const runs = [...runsOf(bytes, BASE64_RUN, "base64", 4), ...runsOf(bytes, HEX_RUN, "hex", 2)];
  const encoded = runs.filter(({ readings }) => readings.some((reading) => secretsIn(reading).length > 0));
  return [...secretsIn(bytes), ...encoded.map(({ range }) => range)].map(
    ([start, end]) => [from[start] ?? 0, to[end - 1] ?? 0] as const,
  );
}

function secretsIn(bytes: string): readonly Range[] {
  return [...secrets.find(bytes), ...urlSecrets(bytes)].filter(([start, end]) => end > start);
}

/** Each run of letters, decoded from each of its first `groupChars` characters on: it may have been cut. */
function runsOf(bytes: string, pattern: RegExp, encoding: "base64" | "hex", groupChars: number) {
  return [...bytes.matchAll(pattern)].map(({ index, 0: run }) => ({
    range: [index, index + run.length] as const,
    readings: Array.from({ length: groupChars }, (_, skip) =>
      Buffer.from(run.slice(skip), encoding).toString("latin1"),
    ),
  }));
}

function replaced(text: string, ranges: readonly Range[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const [from, to] of joined(ranges)) {
    pieces.push(text.slice(done, from), MASK);
    done = to;
  }
  return pieces.join("") + text.slice(done);
}

/** In order, those that touch as one. */
function joined(ranges: readonly Range[]): readonly Range[] {
  const apart: [from: number, to: number][] = [];
  for (const [from, to] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = apart.at(-1);
    if (last === undefined || from > last[1]) apart.push([from, to]);
    else last[1] = Math.max(last[1], to);
  }
  return apart;
}
