import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { buildPage, PAGE_FILE } from "../../src/executable/build-page.ts";
import { readLivePage } from "../../src/live/live-page.ts";

const ROOT = join(import.meta.dir, "../..");
/** It is committed, and in the executable. */
const PAGE_MAX_BYTES = 200 * 1024;

describe("src/live/page.html", () => {
  test("is what src/page gives", async () => {
    const committed = await Bun.file(join(ROOT, PAGE_FILE)).text();
    expect(committed === (await buildPage(ROOT)), "run `bun run build:page`").toBe(true);
    expect(Buffer.byteLength(committed)).toBeLessThan(PAGE_MAX_BYTES);
  });

  test("needs nothing else", async () => {
    const { html } = await readLivePage();
    const head = html.replaceAll(/<(script|style)\b[^>]*>[\s\S]*?<\/\1>/g, "");
    expect(head.match(/<(?:script|link|img|iframe|object)\b[^>]*/g)).toEqual(['<link rel="icon" href="data:," /']);
    expect(head).not.toMatch(/\bon\w+=|style=|https?:/);
  });

  test("has a policy that lets run what is in it, and nothing more", async () => {
    const { html, headers } = await readLivePage();
    const policy = headers["Content-Security-Policy"] ?? "";
    for (const tag of ["script", "style"]) {
      const texts = [...html.matchAll(new RegExp(`<${tag}\\b[^>]*>([\\s\\S]*?)</${tag}>`, "g"))].map(
        ([, text = ""]) => text,
      );
      expect(texts).toHaveLength(1);
      const hash = createHash("sha256").update(texts.join("")).digest("base64");
      expect(policy).toContain(`${tag}-src 'sha256-${hash}';`);
    }
    expect(policy).not.toContain("unsafe");
    expect(policy).toStartWith("default-src 'none'; ");
    expect(policy).toEndWith("; frame-ancestors 'none'");
    expect(html.indexOf("Content-Security-Policy")).toBeLessThan(html.indexOf("<style"));
  });
});
