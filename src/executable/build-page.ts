import { createHash } from "node:crypto";
import { join } from "node:path";

/** Where the page is kept: committed, so that the source runs without a build. A test builds it again and compares. */
export const PAGE_FILE = "src/live/page.html";

const ENTRY = "src/page/index.html";
const STYLE = /<style\b[^>]*>([\s\S]*?)<\/style>/g;
const SCRIPT = /<script\b[^>]*>([\s\S]*?)<\/script>/g;
const COMPILED_HEAD = /<meta charset="?utf-8"?\s*\/?>/;

/**
 * Bundles the page of `root` into one HTML file that needs nothing else, with a policy that lets run what is in it and
 * nothing more. The policy is put in after bundling, because only then the hashes are known (oven-sh/bun#41954). Throws
 * when the page does not compile.
 */
export async function buildPage(root: string): Promise<string> {
  const { outputs } = await Bun.build({
    entrypoints: [join(root, ENTRY)],
    compile: true,
    target: "browser",
    minify: true,
    root,
  });
  const html = await outputs[0]?.text();
  if (html === undefined || outputs.length !== 1)
    throw new Error(`Cannot build the page: ${outputs.length} files, one`);
  const meta = `<meta http-equiv="Content-Security-Policy" content="${contentPolicy(html)}">`;
  const page = html.replace(COMPILED_HEAD, (charset) => `${charset}${meta}`);
  if (page === html) throw new Error("Cannot build the page: no charset in its head, where the policy belongs");
  return page;
}

/** No script or style but those that are in the page, no markup made of texts, no address but the agent's. */
function contentPolicy(html: string): string {
  const hashes = (pattern: RegExp): string =>
    [...html.matchAll(pattern)]
      .map(([, text = ""]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`)
      .join(" ");
  return [
    "default-src 'none'",
    `script-src ${hashes(SCRIPT)}`,
    `style-src ${hashes(STYLE)}`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}
