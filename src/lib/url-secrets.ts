/** A piece of a text: `[from, to)`. */
export type Range = readonly [from: number, to: number];

/** What ends a URL in a text. */
const URL_END = /[\s"'<>\\`]/g;
/** A query without the URL's beginning, as servers quote the path of a request. */
const QUERY = /\?(?=[\w.~%+-]{1,64}=)/g;
/** A parameter or header that carries a secret, when the rest of the URL or the request is not there. */
const NAMED =
  /(?:x-(?:amz|goog)-(?:signature|security-token|credential)|x-polling-secret|authorization|awsaccesskeyid|signature)["']?\s{0,4}[=:]\s{0,4}["']?(?:(?:basic|bearer|aws4-hmac-sha256)\s)?/gi;
const NAMED_END = /[\s"'<>\\`&]/g;
/** Names of parameters whose values are worth hiding everywhere. */
const SECRET_NAME = /signature|token|credential|secret|password|accesskeyid|^sig$/i;

/**
 * The pieces of a text that may be a secret by where they stand: the user, the query and the fragment of URLs, queries
 * without their URL, and the values of a few well-known names. Takes time in proportion to the text.
 */
export function urlSecrets(text: string): readonly Range[] {
  const found: Range[] = [];
  for (let at = text.indexOf("://"); at !== -1;) {
    const start = at + "://".length;
    const end = endOf(URL_END, text, start);
    const url = text.slice(start, end);
    const [query, path] = [indexIn(url, /[?#]/), indexIn(url, /[/?#]/)];
    const user = url.lastIndexOf("@", path - 1);
    if (path > 0 && user > 0) found.push([start, start + user]);
    if (query + 1 < url.length) found.push([start + query + 1, end]);
    at = text.indexOf("://", end);
  }
  return [...found, ...valuesBehind(QUERY, URL_END, text), ...valuesBehind(NAMED, NAMED_END, text)];
}

/** What follows each match of `before`, until `end` matches. The next one is looked for behind it. Both are global. */
function valuesBehind(before: RegExp, end: RegExp, text: string): readonly Range[] {
  const found: Range[] = [];
  before.lastIndex = 0;
  for (let match = before.exec(text); match !== null; match = before.exec(text)) {
    const start = match.index + match[0].length;
    const stop = endOf(end, text, start);
    found.push([start, stop]);
    before.lastIndex = Math.max(stop, start);
  }
  return found;
}

/** The values in a URL that are secrets by themselves: of its user and of parameters that are named so. */
export function secretValuesOf(url: string): readonly string[] {
  const parsed = URL.parse(url);
  if (parsed === null) return [];
  // A credential is a key and its scope, whose date is in every object's name.
  const parameters = [...parsed.searchParams].flatMap(([name, value]) =>
    SECRET_NAME.test(name) ? [/credential/i.test(name) ? (value.split("/")[0] ?? "") : value] : [],
  );
  return [parsed.password, decoded(parsed.password), ...parameters].filter((value) => value !== "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function indexIn(text: string, pattern: RegExp): number {
  const index = text.search(pattern);
  return index === -1 ? text.length : index;
}

/** Where the first match of `pattern`, a global one, begins behind `start`. */
function endOf(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.exec(text)?.index ?? text.length;
}
