import { posix } from "node:path";
import { TOPICS } from "./topics.ts";

/** The pages' own, which their links are relative to. */
const FOLDER = "src/help";

/** A code block as Bun draws it: `+- bash`, lines behind `| `, `+-`. */
const DRAWN_CODE_BLOCK = /^\+-.*\n((?:\|.*\n)*)\+-$/gm;
const CODE_BLOCK = /^```.*?^```$/gms;
const COMMENT = /^<!--.*?-->\n/gms;
const LINE_BREAK = /<br>/g;
const CODE_SPAN = /`([^`\n]+)`/g;
const LINK = /\[([^\]]*)\]\(([^)\s]+)\)/g;
/** The page of a topic, or a place in it. */
const TOPIC_LINK = /^([\w-]+)\.md(#.*)?$/;

/**
 * The page of a topic as a terminal shows it: `columns` wide, paragraphs and the cells of tables wrapped, no escape
 * codes. Code spans keep their marks. Code blocks are indented, so that they can be copied. A link to another page
 * becomes the command that prints that page. Pure.
 */
export function topicText(markdown: string, columns: number): string {
  const blocks = markdown.match(CODE_BLOCK) ?? [];
  const prose = markdown.split(CODE_BLOCK).map(plainProse);
  const plain = prose.map((text, at) => `${text}${blocks[at] ?? ""}`).join("");
  const drawn = Bun.markdown.ansi(plain, { colors: false, columns });
  return `${drawn.replaceAll(DRAWN_CODE_BLOCK, (_, lines: string) => indented(lines)).trim()}\n`;
}

/** Comments are for those who edit the file: they mark its generated parts. */
function plainProse(markdown: string): string {
  return markdown
    .replaceAll(COMMENT, "")
    .replaceAll(LINE_BREAK, " ")
    .replaceAll(LINK, (_, label: string, target: string) => plainLink(label, target))
    .replaceAll(CODE_SPAN, "`` `$1` ``");
}

function plainLink(label: string, target: string): string {
  if (target.startsWith("#")) return label;
  if (target.includes("://")) return `[${label}](${target})`;
  const name = TOPIC_LINK.exec(target)?.[1];
  if (TOPICS.some((topic) => topic.name === name)) return `${label} (\`help ${name}\`)`;
  const path = posix.join(FOLDER, target);
  return label.replaceAll("`", "") === path ? label : `${label} (${path})`;
}

function indented(lines: string): string {
  return lines.replaceAll(/^\| ?/gm, "    ").trimEnd();
}
