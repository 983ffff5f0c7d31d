import type { Component } from "./licence-files.ts";
import { type Licence, licencesOf } from "./licence-texts.ts";
import { markdownTable } from "./markdown-table.ts";

export interface Contents {
  /** npm packages of which code is in the executable. */
  readonly packages: readonly Component[];
  /** Go and the modules that are in the collector. */
  readonly modules: readonly Component[];
  /** What Bun says of its own licence and of its libraries', in Markdown. */
  readonly runtime: string;
  /** Changes when the modules of the collector may be others. */
  readonly modulesFingerprint: string;
}

/** From here on a notice lists what its project depends on, which the table of modules does for what is really there. */
const DEPENDENCIES = /^=+\nThird party libraries used by .*/ms;

/** The page `licences`: the tables of what is inside, the notices, and the text of each licence once. */
export function licencesPage({ packages, modules, runtime, modulesFingerprint }: Contents): string {
  const licences = licencesOf([...packages, ...modules]);
  return `# Licences

warp-telemetry has the MIT licence. Its executable and the collector contain the work of others, under the licences below. \`bun run licences\` makes this page from what the bundler and Go put into the two programs.

<!-- modules: ${modulesFingerprint} -->

## In the executable

${componentTable("Package", packages, licences)}

The executable also contains Bun. ${bunsWords(runtime)}

## In the collector

${componentTable("Module", modules, licences)}

## Notices

${noticesOf([...packages, ...modules])}

## Texts

${licences.map(licenceText).join("\n\n")}
`;
}

function componentTable(kind: string, components: readonly Component[], licences: readonly Licence[]): string {
  const rows = components.map((component) => {
    const names = licences.filter(({ users }) => users.some((user) => user.component === component));
    return [component.name, component.version, names.map(({ name }) => name).join(", ")];
  });
  return markdownTable([kind, "Version", "Licence"], rows);
}

/** Without the front matter, its headings below ours. */
function bunsWords(runtime: string): string {
  return runtime
    .replace(/^---\n.*?\n---\n/s, "")
    .trim()
    .replaceAll(/^## /gm, "### ");
}

function noticesOf(components: readonly Component[]): string {
  const notices = components.flatMap(({ name, texts }) =>
    texts.flatMap(({ kind, text }) =>
      kind === "notice" ? [`${name}:\n\n${code(text.replace(DEPENDENCIES, ""))}`] : [],
    ),
  );
  return notices.join("\n\n");
}

/** Each statement once, with all who make it. */
function licenceText({ name, text, users }: Licence): string {
  const statements = Map.groupBy(
    users.flatMap(({ component, copyrights }) =>
      [...new Set(copyrights)].map((line) => ({
        line: line.replaceAll(/[<>]/g, "").replaceAll(/\s+/g, " "),
        component,
      })),
    ),
    ({ line }) => line,
  );
  const list = [...statements].map(
    ([line, made]) => `- ${line} (${made.map(({ component }) => component.name).join(", ")})`,
  );
  return [`### ${name}`, ...(list.length > 0 ? [list.join("\n")] : []), code(text)].join("\n\n");
}

function code(text: string): string {
  return `\`\`\`text\n${text.trim().replaceAll("```", "'''")}\n\`\`\``;
}
