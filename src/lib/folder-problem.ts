import { accessSync, constants, lstatSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { errorText, systemCode } from "./error-text.ts";

/**
 * Why no file can be put into the folder at `path`, or why the folder cannot be made; undefined when nothing speaks
 * against it. Looks at the nearest part of the way that is there, and changes nothing.
 */
export function folderProblem(path: string): string | undefined {
  for (let at = path; ; at = dirname(at)) {
    try {
      if (!statSync(at).isDirectory()) return `"${at}" is no folder`;
      accessSync(at, constants.W_OK | constants.X_OK);
      return undefined;
    } catch (error) {
      const code = systemCode(error);
      if (code === "ENOENT" && lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink() === true)
        return `"${at}" is a link to nowhere`;
      const isMissing = code === "ENOENT" || code === "ENOTDIR";
      if (!isMissing || dirname(at) === at) return `"${at}" cannot be written: ${code ?? errorText(error)}`;
    }
  }
}
