/** Units, patterns and forms that several options share. */
import { resolve } from "node:path";

export const KiB = 1024;
export const MiB = 1024 * KiB;
export const GiB = 1024 * MiB;
export const SECOND = 1000;
export const HOUR = 3600 * SECOND;

/** No control characters: keeps line ends out of headers, file names and logs. */
export const ONE_LINE = String.raw`^[^\u0000-\u001f\u007f]{1,4096}$`;

export function absolutePath(path: string, workingDirectory: string): string {
  return resolve(workingDirectory, path);
}
