/** What the results file of a run says of the tests that failed. Imports nothing that has to be installed first. */

/** Of a test's message: enough for an expectation, and short enough for the end of a log. */
const MESSAGE_MAX_LINES = 12;

const CASE =
  /<testcase name="([^"]*)" classname="([^"]*)"[^>]* file="([^"]*)" line="(\d+)"[^>]*>\s*<failure [^>]*message="([^"]*)"/g;

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&", "#10": "\n" };

/** A text for each test that failed, with its place, its name and its message, from the XML that `bun test` writes. */
export function failuresOf(xml: string): readonly string[] {
  return [...xml.matchAll(CASE)].map(([, ...texts]) => {
    const [name, group, file, line, message] = texts.map(unescaped);
    const lines = (message ?? "").trimEnd().split("\n").slice(0, MESSAGE_MAX_LINES);
    return [`${file}:${line}  ${group === "" ? "" : `${group} > `}${name}`, ...lines.map((text) => `    ${text}`)].join(
      "\n",
    );
  });
}

function unescaped(text: string): string {
  return text.replace(/&(#?\w+);/g, (entity, name: string) => ENTITIES[name] ?? entity);
}
