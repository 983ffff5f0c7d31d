/** One line of JSON as the runner's serializer indents it: by two blanks a level, one property or bracket a line. */
export interface JsonLine {
  readonly depth: number;
  /** Undefined for an element of a list, and for a bracket alone. */
  readonly key: string | undefined;
  /** A text or number, as text. Undefined where an object or a list begins, and for what cannot be read. */
  readonly value: string | undefined;
}

/** Blanks of a level. */
export const INDENT = 2;
const LINE = /^( *)(?:"((?:[^"\\]|\\.)*)": )?(.*?),?$/s;

/**
 * Reads one line by itself. All of a document cannot be parsed as one: it may be a megabyte, and the runner has put
 * `***` into it wherever a secret stood, also in place of a number. Texts have no line ends in JSON, so no text of a job
 * can pass itself off as a line.
 */
export function jsonLine(line: string): JsonLine | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [, indent = "", key, value = ""] = match;
  return {
    depth: Math.floor(indent.length / INDENT),
    key: key === undefined ? undefined : textOf(`"${key}"`),
    value: scalar(value),
  };
}

function scalar(value: string): string | undefined {
  if (value.startsWith('"')) return textOf(value);
  // Numbers of a context are written as `1.0`.
  if (/^-?\d+(\.0)?$/.test(value)) return value.replace(/\.0$/, "");
  return value === "true" || value === "false" ? value : undefined;
}

function textOf(json: string): string | undefined {
  try {
    const text: unknown = JSON.parse(json);
    return typeof text === "string" ? text : undefined;
  } catch {
    return undefined;
  }
}
