const HTML =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>warp-telemetry</title><p>See <a href="/health">health</a>, <a href="/stats">stats</a>, <a href="/live/state">state</a>.</p></html>';
const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface LivePage {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The live page as `GET /` answers it. */
export async function readLivePage(): Promise<LivePage> {
  return await Promise.resolve({
    html: HTML,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": POLICY,
      "X-Content-Type-Options": "nosniff",
      "X-Frame-Options": "DENY",
      // The address may hold the token, which no other page may hear of.
      "Referrer-Policy": "no-referrer",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Cache-Control": "no-store",
    },
  });
}
