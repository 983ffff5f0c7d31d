import { readdirSync, readFileSync, statSync } from "node:fs";

/**
 * How many bytes of the files `paths` the process `pid` has still to read, of those that it has open just now: the
 * collector closes a log when it has read it to its end. Undefined when it has none open, and where the system does not
 * tell (anywhere but Linux). What it has read into its buffer, some kilobytes, counts as read.
 */
export function unreadBytes(pid: number, paths: readonly string[]): number | undefined {
  if (process.platform !== "linux") return undefined;
  const sizes = new Map(paths.flatMap(sizeOf));
  const unread = [...positions(pid)].flatMap(([file, position]) => {
    const size = sizes.get(file);
    return size === undefined ? [] : [Math.max(0, size - position)];
  });
  return unread.length === 0 ? undefined : unread.reduce((sum, bytes) => sum + bytes, 0);
}

/** How far the process has read each of its open files, by {@link identityOf}. */
function positions(pid: number): Map<string, number> {
  const found = new Map<string, number>();
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const stats = statSync(`/proc/${pid}/fd/${fd}`, { throwIfNoEntry: false });
      if (stats?.isFile() !== true) continue;
      const position = /^pos:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, "utf8"))?.[1];
      if (position !== undefined) found.set(identityOf(stats), Number(position));
    }
  } catch {
    // It has ended, or closed a file meanwhile.
  }
  return found;
}

function sizeOf(path: string): readonly (readonly [file: string, size: number])[] {
  try {
    const stats = statSync(path);
    return [[identityOf(stats), stats.size]];
  } catch {
    // It is gone, or may not be looked at.
    return [];
  }
}

function identityOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}:${ino}`;
}
