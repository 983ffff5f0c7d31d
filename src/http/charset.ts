/**
 * In what a JSON body may be written. `windows-1252` is what everybody means who says ISO-8859-1: the same but for 27
 * control characters that nobody sends (Encoding Standard, WHATWG). ASCII is UTF-8.
 */
export type Charset = "utf-8" | "windows-1252";

const CHARSETS: ReadonlyMap<string, Charset> = new Map([
  ["utf-8", "utf-8"],
  ["utf8", "utf-8"],
  ["us-ascii", "utf-8"],
  ["ascii", "utf-8"],
  ["iso-8859-1", "windows-1252"],
  ["iso8859-1", "windows-1252"],
  ["iso_8859-1", "windows-1252"],
  ["latin1", "windows-1252"],
  ["latin-1", "windows-1252"],
  ["l1", "windows-1252"],
  ["windows-1252", "windows-1252"],
  ["cp1252", "windows-1252"],
]);
const PARAMETER = /;\s*charset\s*=\s*"?([^";,\s]+)/i;

/** The charset that a Content-Type declares, UTF-8 when it declares none; its name when it is not one that is taken. */
export function charsetOf(contentType: string): Charset | { readonly unknown: string } {
  const name = PARAMETER.exec(contentType)?.[1] ?? "utf-8";
  return CHARSETS.get(name.toLowerCase()) ?? { unknown: name };
}
