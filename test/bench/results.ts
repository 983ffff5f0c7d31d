/** One part of the bench: when, where and what was measured. */
export interface Chapter {
  readonly title: string;
  readonly text: string;
}

const INTRODUCTION = `# Bench

\`bun run bench\` measures this. Each target has one core to itself, the load generator another. Records are log records or data points; bytes are those of bodies before compression. A part may be newer than another.`;

/** The file with the results. */
export function resultsOf(chapters: readonly Chapter[]): string {
  return `${[INTRODUCTION, ...chapters.map(({ title, text }) => `## ${title}\n\n${text}`)].join("\n\n")}\n`;
}

/** The chapters of an earlier file, with those that were measured now in their places; new ones come last. */
export function mergedChapters(results: string, measured: readonly Chapter[]): readonly Chapter[] {
  const earlier = results
    .split(/^## /m)
    .slice(1)
    .map((part): Chapter => {
      const [title = "", ...lines] = part.split("\n");
      return { title, text: lines.join("\n").trim() };
    });
  const fresh = new Map(measured.map((chapter) => [chapter.title, chapter]));
  const titles = new Set(earlier.map(({ title }) => title));
  return [
    ...earlier.map((chapter) => fresh.get(chapter.title) ?? chapter),
    ...measured.filter(({ title }) => !titles.has(title)),
  ];
}
