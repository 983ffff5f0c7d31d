import type { Chapter } from "./chapter.ts";

/** When and on what was measured. */
export interface Circumstances {
  /** `2026-11-27` */
  readonly date: string;
  /** The machine, and the versions of what was measured on it. */
  readonly machine: string;
}

/** What is so of all chapters. */
const CONDITIONS =
  "Each target has one core to itself, the load generator another. Records are log records or data points; bytes are those of " +
  "bodies before compression.";

/** The text of results.md. */
export function resultsText(circumstances: Circumstances, chapters: readonly Chapter[]): string {
  const head = `# Bench\n\n${placeAndDay(circumstances)} ${CONDITIONS}`;
  return `${[head, ...chapters.map(sectionText)].join("\n\n")}\n`;
}

/**
 * `text` with other chapters in the place of those of the same title. Each says when and on what it was measured where
 * that is not so of the others: figures of two chapters are not to be compared then. Throws when there is no such chapter.
 */
export function withChapters(text: string, circumstances: Circumstances, chapters: readonly Chapter[]): string {
  const [head = "", ...sections] = text.trimEnd().split(/\n\n(?=## )/);
  const isAsTheOthers = head.includes(placeAndDay(circumstances));
  for (const chapter of chapters) {
    const at = sections.findIndex((section) => section.startsWith(`## ${chapter.title}\n`));
    if (at < 0) throw new Error(`Cannot replace the chapter "${chapter.title}": there is none in results.md`);
    const note = isAsTheOthers ? chapter.note : `${chapter.note} Measured again: ${placeAndDay(circumstances)}`;
    sections[at] = sectionText({ ...chapter, note });
  }
  return `${[head, ...sections].join("\n\n")}\n`;
}

function placeAndDay({ date, machine }: Circumstances): string {
  return `${date} · ${machine}.`;
}

function sectionText({ title, note, table }: Chapter): string {
  return `## ${title}\n\n${note}\n\n${table}`;
}
