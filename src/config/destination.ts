import { resolve } from "node:path";
import type { DestinationConfig } from "./config.ts";

export interface DestinationContext {
  readonly workingDirectory: string;
  readonly keyFolder: string;
}

const BUCKET = "[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]";
const PREFIX_PART = String.raw`(?!\.{1,2}(/|$))[^/?#\u0000-\u001f]+`;
/** Two letters and more before the colon are another scheme; one is a drive, `C:\objects`. */
const OTHER_SCHEME = "[A-Za-z][A-Za-z0-9+.-]+:";

/**
 * What {@link parseDestination} takes. "discard" without its colon is left out: the likeliest slip would otherwise fill
 * a folder of that name (`./discard` does). Credentials have no place in the URL: it is shown to people.
 */
export const DESTINATION_PATTERN = [
  "^(discard:",
  `s3://${BUCKET}(/${PREFIX_PART})*/?`,
  String.raw`(?!discard$|${OTHER_SCHEME})[^\u0000-\u001f\u007f]+)$`,
].join("|");

/** Where objects go when nothing is said: the WarpBuild API when it is known, otherwise a folder. */
export function defaultDestination(hostUrl: string | undefined): DestinationConfig {
  return { kind: hostUrl === undefined ? "folder" : "warpbuild" };
}

/** Reads `warpbuild`, `discard:`, `s3://bucket/prefix` or a directory; `text` matches {@link DESTINATION_PATTERN}. */
export function parseDestination(text: string, context: DestinationContext): DestinationConfig {
  if (text === "warpbuild") return { kind: "warpbuild" };
  if (text === "discard:") return { kind: "discard" };
  if (!text.startsWith("s3://")) return { kind: "folder", directory: resolve(context.workingDirectory, text) };
  const [bucket = "", ...parts] = text.slice("s3://".length).split("/");
  return { kind: "s3", bucket, prefix: parts.join("/").replace(/\/$/, ""), keyFolder: context.keyFolder };
}

/** Hides what a URL may carry besides its address: credentials, query and fragment. */
export function withoutUrlSecrets(text: string): string {
  if (!text.includes("//")) return text;
  return text.replace(/\/\/.*@/s, "//(hidden)@").replace(/[?#].*$/s, "?(hidden)");
}
