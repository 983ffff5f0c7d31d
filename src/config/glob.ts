/**
 * What is wrong with a glob, for people; undefined when nothing is. A bracket that is not closed would be taken as it is
 * written, and match nothing that was meant. A brace of that kind comes from a list that was split at its comma.
 */
export function globMistake(glob: string): string | undefined {
  let braces = 0;
  for (let at = 0; at < glob.length; at++) {
    const char = glob[at];
    if (char === "\\") at++;
    else if (char === "{") braces++;
    else if (char === "}") braces = Math.max(0, braces - 1);
    else if (char === "[") {
      const end = glob.indexOf("]", at + 2);
      if (end === -1) return 'a "]" for every "["';
      at = end;
    }
  }
  return braces === 0 ? undefined : 'a "}" for every "{"; as a JSON array if a glob has a comma';
}
