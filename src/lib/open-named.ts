import { openSync, type Stats } from "node:fs";
import { errorText, systemCode } from "./error-text.ts";

/** What the system's codes mean when something other than a file is there (open(2)). Its own words name no remedy. */
const WRONG_KINDS: Readonly<Record<string, string>> = {
  ELOOP: "a symbolic link",
  EISDIR: "a folder",
  ENOTDIR: "no folder",
  ENXIO: "a socket or a device",
};

/**
 * Opens `path`, whose name for people is `shown`; what is made has mode 0600. Throws an error with the system's code, in
 * which `wanted` stands for what should have been there.
 */
export function openNamed(path: string, shown: string, flags: number, wanted: string): number {
  try {
    return openSync(path, flags, 0o600);
  } catch (error) {
    const code = systemCode(error) ?? "";
    const kind = WRONG_KINDS[code];
    const message = kind === undefined ? errorText(error).replace(path, shown) : misplaced(shown, kind, wanted);
    throw Object.assign(new Error(message), { code });
  }
}

/** For people, what is no regular file. */
export function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a folder";
  return stats.isFIFO() ? "a FIFO" : "a device";
}

export function misplaced(path: string, kind: string, wanted: string): string {
  return `Cannot use "${path}": it is ${kind}, ${wanted} wanted; move it away`;
}
