/** Every link in the documentation leads to a file and a heading that are there. */
import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { TOPICS } from "../../src/help/topics.ts";

const ROOT = join(import.meta.dir, "../..");
const TRACKED = Bun.spawnSync(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], { cwd: ROOT });
const PAGES = TRACKED.stdout
  .toString()
  .trim()
  .split("\n")
  .filter((page) => existsSync(join(ROOT, page)));

describe("links", () => {
  test("are looked for in all pages", () => {
    expect(PAGES).toEqual(expect.arrayContaining(["README.md", "SECURITY.md", "src/README.md", "src/help/limits.md"]));
  });

  test.each(PAGES)("of %s lead somewhere", (page) => {
    const broken = linksOf(page).filter((target) => !exists(page, target));
    expect(broken).toEqual([]);
  });
});

test("every page of src/help is a topic", () => {
  const pages = PAGES.filter((page) => page.startsWith("src/help/")).map((page) => page.slice("src/help/".length, -3));
  const topics = TOPICS.filter(({ file }) => file === undefined).map(({ name }) => name);
  expect(pages.toSorted()).toEqual(topics.toSorted());
});

/** Targets inside the repository; addresses of other places are not asked. */
function linksOf(page: string): string[] {
  const prose = read(page)
    .replaceAll(/^```.*?^```$/gms, "")
    .replaceAll(/`[^`\n]*`(?!\])/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !target.includes("://"));
}

function exists(page: string, target: string): boolean {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : relative(ROOT, join(ROOT, dirname(page), path));
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === undefined || anchorsOf(file).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

function read(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}
