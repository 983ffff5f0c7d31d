import type { RunData } from "../data/run-data.ts";
import { byId } from "./dom.ts";

/** Says what is left out for another user of the machine, and takes the token that shows it. */
export function bindTextsNotice(data: RunData): void {
  const notice = byId("texts-notice");
  data.on(["health"], () => {
    notice.hidden = data.state?.maySeeTexts !== false;
  });
  const field = byId("token");
  byId("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const token = field instanceof HTMLInputElement ? field.value.trim() : "";
    if (token !== "") openWithToken(token);
  });
}

/** The part of an address behind `#` is sent to nobody. */
function openWithToken(token: string): void {
  location.hash = `token=${encodeURIComponent(token)}`;
  location.reload();
}

const KEY = "warp-telemetry.token";

/** The token that the page was opened with (`/#token=…`), which then leaves the address; else that of this tab. */
export function tokenOfPage(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  try {
    if (given !== null) sessionStorage.setItem(KEY, given);
    if (given !== null) history.replaceState(null, "", location.pathname + location.search);
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return given ?? undefined;
  }
}
