import { existsSync } from "node:fs";

/** Where Debian and its kin put it. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser"] as const;

/** The browser of this machine, or undefined. Tests never install: `.ci/run` does. */
export const CHROMIUM = PLACES.find((path) => existsSync(path));

/** The title of a test that needs it, with the reason when it is skipped. */
export function withChromium(title: string): string {
  return CHROMIUM === undefined ? `${title} (skipped: no Chromium, run "apt-get install chromium")` : title;
}
