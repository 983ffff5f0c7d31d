import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "../..");

/** The code blocks of a page in one language, such as `bash`, in order. `page` is relative to the root. */
export function codeBlocks(page: string, language: string): readonly string[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"));
  return [...blocks].map(([, code = ""]) => code);
}
