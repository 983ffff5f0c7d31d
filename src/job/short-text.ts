/** Characters of a text of the job in an attribute. Its longest names, of workflows and branches, are no longer. */
export const TEXT_MAX_CHARS = 200;

/** A text of the job as an attribute may have it: without control characters, and no longer than `maxChars`. */
export function shortText(text: string, maxChars = TEXT_MAX_CHARS): string {
  const clean = text
    .slice(0, 2 * maxChars)
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim();
  return clean.length > maxChars ? `${clean.slice(0, maxChars - 1).toWellFormed()}…` : clean.toWellFormed();
}
