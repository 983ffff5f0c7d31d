import type { Chapter } from "./chapter.ts";

/** When and on what was measured. */
export interface Circumstances {
  /** `2026-11-27` */
  readonly date: string;
  /** The machine, and the versions of what was measured on it. */
  readonly machine: string;
}

/** The text of results.md. */
export function resultsText({ date, machine }: Circumstances, chapters: readonly Chapter[]): string {
  return `${[`# Bench\n\n${date} · ${machine}`, ...chapters.map(sectionText)].join("\n\n")}\n`;
}

/**
 * `text` with other chapters in the place of those of the same title; each says its day where it is another one. Throws when
 * there is no such chapter, or `text` is of another machine or other versions: those figures cannot stand side by side.
 */
export function withChapters(text: string, { date, machine }: Circumstances, chapters: readonly Chapter[]): string {
  const [head = "", ...sections] = text.trimEnd().split(/\n\n(?=## )/);
  if (!head.endsWith(` · ${machine}`))
    throw new Error(`Cannot replace chapters: results.md is of\n${head}\nnot of\n${machine}`);
  const isOfTheDay = head.includes(date);
  for (const chapter of chapters) {
    const at = sections.findIndex((section) => section.startsWith(`## ${chapter.title}\n`));
    if (at < 0) throw new Error(`Cannot replace the chapter "${chapter.title}": there is none in results.md`);
    const note = isOfTheDay ? chapter.note : `${chapter.note} Measured again on ${date}.`;
    sections[at] = sectionText({ ...chapter, note });
  }
  return `${[head, ...sections].join("\n\n")}\n`;
}

function sectionText({ title, note, table }: Chapter): string {
  return `## ${title}\n\n${note}\n\n${table}`;
}
