import type { Block, Sentence } from "./document.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * As GitHub-flavoured Markdown, made of HTML blocks alone: in them nothing is Markdown, so a text of others needs HTML's
 * five escapes and can be nothing else. It stands in `<code>`, where GitHub makes no mention, link or emoji of it.
 */
export function writeMarkdown(blocks: readonly Block[]): string {
  // A blank line ends an HTML block.
  return blocks.map((block) => `${markdownOf(block)}\n`).join("\n");
}

function markdownOf(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `<h3>${htmlOf(block.text)}</h3>`;
    case "paragraph":
      return `<p>${htmlOf(block.text)}</p>`;
    case "list":
      return `<ul>\n${block.items.map((item) => `<li>${htmlOf(item)}</li>\n`).join("")}</ul>`;
    case "table":
      return `<table>\n${rowOf(
        "th",
        block.head.map((cell) => [cell]),
      )}${block.rows.map((row) => rowOf("td", row)).join("")}</table>`;
    case "charts": {
      const width = Math.max(...block.charts.map(({ label }) => label.length));
      const rows = block.charts.map(({ label, cells, note }) => `${label.padEnd(width)} ${cells} ${note}`);
      return `<pre>${rows.map(escaped).join("\n")}\n${escaped(axisOf(block, width))}</pre>`;
    }
  }
}

/** The times below the first and the last cell. */
export function axisOf({ charts, from, to }: Extract<Block, { kind: "charts" }>, labelWidth: number): string {
  const cells = charts[0]?.cells.length ?? 0;
  return `${"".padEnd(labelWidth)} ${from}${to.padStart(Math.max(to.length + 1, cells - from.length))}`;
}

function rowOf(tag: "td" | "th", cells: readonly Sentence[]): string {
  return `<tr>${cells.map((cell) => cellOf(tag, cell)).join("")}</tr>\n`;
}

/** Numbers stand below each other, and none is broken from its unit. */
function cellOf(tag: "td" | "th", cell: Sentence): string {
  const [first] = cell;
  const isNumber = tag === "td" && typeof first === "string" && /^\d/.test(first);
  const html = cell.some((piece) => typeof piece !== "string") ? htmlOf(cell) : htmlOf(cell).replaceAll(" ", "&nbsp;");
  return `<${tag}${isNumber ? ' align="right"' : ""}>${html}</${tag}>`;
}

function htmlOf(sentence: Sentence): string {
  return sentence
    .map((piece) => (typeof piece === "string" ? escaped(piece) : `<code>${escaped(piece.foreign)}</code>`))
    .join("");
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (char) => ESCAPES[char] ?? "");
}
