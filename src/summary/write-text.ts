import { textTable } from "../lib/text-table.ts";
import { wrap } from "../lib/wrap.ts";
import type { Block, Sentence } from "./document.ts";
import { axisOf } from "./write-markdown.ts";

/** The width of a terminal when nobody says. */
const COLUMNS = 80;
/** Of a cell with text of others, so that a row of a table fits. */
const CELL_MAX_CHARS = 28;

/** For a terminal of 80 columns, without colours. */
export function writeText(blocks: readonly Block[]): string {
  return blocks.map(textOf).join("\n");
}

function textOf(block: Block): string {
  switch (block.kind) {
    case "heading":
    case "paragraph":
      return linesOf(plain(block.text), "");
    case "list":
      return block.items.map((item) => linesOf(plain(item), "- ")).join("");
    case "table":
      return textTable([block.head, ...block.rows.map((row) => row.map((cell) => cut(plain(cell))))]);
    case "charts": {
      const width = Math.max(...block.charts.map(({ label }) => label.length));
      const rows = block.charts.map(({ label, cells, note }) => `${label.padEnd(width)} ${cells} ${note}\n`);
      return `${rows.join("")}${axisOf(block, width)}\n`;
    }
  }
}

/** With `mark` before the first line, and as much room before the others. A long word is broken. */
function linesOf(text: string, mark: string): string {
  const width = COLUMNS - mark.length;
  const broken = text.replaceAll(new RegExp(`\\S{${width}}(?=\\S)`, "gu"), "$& ");
  const lines = wrap(broken, width);
  return lines.map((line, at) => `${at === 0 ? mark : "".padEnd(mark.length)}${line}\n`).join("");
}

function plain(sentence: Sentence): string {
  return sentence.map((piece) => (typeof piece === "string" ? piece : piece.foreign)).join("");
}

function cut(text: string): string {
  return text.length <= CELL_MAX_CHARS ? text : `${text.slice(0, CELL_MAX_CHARS - 1).toWellFormed()}…`;
}
