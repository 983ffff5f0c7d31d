import page from "./page.html" with { type: "file" };

/** The types of Bun take it for a bundle; with `type: "file"` it is a path, also inside the executable. */
const place: unknown = page;

/** The policy that the page has in its head, with the hashes of its script and its style. */
const POLICY = /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/;

export interface LivePage {
  /** Self-contained: 150 KB in one piece. */
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The live page as `GET /` answers it. Read anew at each call, because nobody looks most of the time. Throws when the
 * executable has no page.
 */
export async function readLivePage(): Promise<LivePage> {
  const html = await Bun.file(String(place)).text();
  const policy = POLICY.exec(html)?.[1];
  if (policy === undefined) throw new Error("Cannot show the page: no content policy in it");
  return {
    html,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      // What a policy in a document cannot say: nobody may show the page inside another.
      "Content-Security-Policy": `${policy}; frame-ancestors 'none'`,
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
      "Referrer-Policy": "no-referrer",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Resource-Policy": "same-origin",
      // An agent that was updated has another page.
      "Cache-Control": "no-cache",
      ETag: `"${Bun.hash(html).toString(36)}"`,
    },
  };
}
