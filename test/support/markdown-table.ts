/** Where the cells of a column are: words on the left, numbers on the right. */
export type Alignment = "left" | "right";

/**
 * A Markdown table whose columns are as wide as their widest cell, so that it can be read as it is. `bun fmt` leaves it
 * alone. A column without an alignment has its cells on the left. Ends without a line end.
 */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  alignments: readonly Alignment[] = [],
): string {
  const widths = head.map((name, column) => Math.max(3, name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const isRight = (column: number): boolean => alignments[column] === "right";
  const line = (cells: readonly string[]): string => {
    const padded = widths.map((width, column) => {
      const cell = cells[column] ?? "";
      return isRight(column) ? cell.padStart(width) : cell.padEnd(width);
    });
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map((width, column) => (isRight(column) ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** The cells of the first table after `heading` (or of the text), without the head and the rule. */
export function tableRows(markdown: string, heading = ""): readonly (readonly string[])[] {
  return headAndRows(markdown, heading).rows;
}

/** The same with the names of the columns. Throws when there is no table. */
export function headAndRows(
  markdown: string,
  heading = "",
): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const from = markdown.indexOf(heading);
  if (from < 0) throw new Error(`Cannot find a table: no "${heading}" in the text`);
  const [table] = /(?:^\|.*\n?)+/m.exec(markdown.slice(from)) ?? [];
  if (table === undefined) throw new Error(`Cannot find a table after "${heading}"`);
  const [head = [], , ...rows] = table.trimEnd().split("\n").map(cellsOf);
  return { head, rows };
}

/** `\|` inside a cell is a character of it. */
function cellsOf(row: string): string[] {
  return row
    .replace(/^\|/, "")
    .replace(/\|$/, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}
