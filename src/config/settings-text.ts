import { jsonMistake } from "./json-syntax.ts";

/** What the bytes of a settings file are. Nothing of them is quoted: what stands at the place of a mistake may be secret. */
export type SettingsText =
  | { readonly kind: "json"; readonly value: unknown }
  /** Whoever writes it may not be done. */
  | { readonly kind: "ends-early"; readonly reason: string }
  /** Nothing that follows could mend it. `given` is for people. */
  | { readonly kind: "wrong"; readonly given: string };

/** Reads JSON in UTF-8, with a byte order mark or without: some Windows programs write one. */
export function readSettingsText(bytes: Uint8Array): SettingsText {
  if (isUtf16(bytes)) return { kind: "wrong", given: "a syntax error at line 1, column 1 (UTF-16, JSON is UTF-8)" };
  // As a stream: a character that is cut at the end is no mistake.
  const text = new TextDecoder().decode(bytes, { stream: true });
  const mistake = jsonMistake(text);
  if (mistake?.kind === "ends-early") return { kind: "ends-early", reason: `it ends after ${text.length} characters` };
  if (mistake !== undefined) {
    const { line, column, what } = mistake;
    return { kind: "wrong", given: `a syntax error at line ${line}, column ${column} (${what})` };
  }
  try {
    return { kind: "json", value: JSON.parse(text) };
  } catch {
    return { kind: "wrong", given: "JSON that is nested too deeply" };
  }
}

/** By its mark, or by the half of its first character that is zero: JSON begins with ASCII. */
function isUtf16([first, second]: Uint8Array): boolean {
  if (second === undefined) return false;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return (first === 0) !== (second === 0);
}
