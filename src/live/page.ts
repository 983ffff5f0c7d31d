/** The page of the agent, and its Content-Security-Policy. */
export const PAGE = {
  html: '<!doctype html><html lang="en"><meta charset="utf-8"><title>warp-telemetry</title><p>See <a href="/health">health</a>, <a href="/stats">stats</a>, <a href="/live/state">state</a>.</p></html>',
  csp: "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
} as const;
