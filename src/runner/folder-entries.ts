import { closeSync, readdirSync } from "node:fs";
import { errorText } from "../lib/error-text.ts";
import { readEntries } from "../lib/libc.ts";
import { RefusedError } from "./refusals.ts";
import type { SourceFolder } from "./source-folder.ts";

/** `unknown`: the file system does not say; the entry has to be looked at. */
export type EntryKind = "file" | "folder" | "link" | "other" | "unknown";

export interface FolderEntry {
  readonly name: string;
  readonly kind: EntryKind;
  /** 0 where the listing does not tell. */
  readonly inode: number;
}

/** Bytes of entries that are read at once: a thousand names or so. */
const CHUNK_BYTES = 64 * 1024;
/** Layout of an entry of getdents64(2). */
const INODE_AT = 0;
const LENGTH_AT = 16;
const TYPE_AT = 18;
const NAME_AT = 19;
const KINDS: Readonly<Record<number, EntryKind>> = { 0: "unknown", 4: "folder", 8: "file", 10: "link" };

const chunk = Buffer.alloc(CHUNK_BYTES);

/**
 * One listing of a folder, in parts: a folder with a million entries costs no more at once than one part. Entries that
 * come or go meanwhile may be in it or not.
 */
export class FolderListing {
  readonly #folder: SourceFolder;
  #fd: number | undefined;
  #rest: readonly FolderEntry[] | undefined;

  /** Throws RefusedError when the folder cannot be listed. */
  constructor(folder: SourceFolder) {
    this.#folder = folder;
    if (process.platform !== "win32") this.#fd = folder.openToList();
  }

  /** The next entries, without `.` and `..`; none when all have been told. Throws RefusedError. */
  next(): readonly FolderEntry[] {
    try {
      return this.#next();
    } catch (error) {
      throw new RefusedError("unreadable", errorText(error));
    }
  }

  #next(): readonly FolderEntry[] {
    for (;;) {
      const byteCount = this.#fd === undefined ? undefined : readEntries(this.#fd, chunk);
      if (byteCount === undefined) return this.#nextOfAll();
      const entries = entriesIn(byteCount);
      // A part may hold nothing but the folder itself and the one above.
      if (byteCount === 0 || entries.length > 0) return entries;
    }
  }

  /** Ends it. Safe to call twice. */
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** Where the system lists a folder only as a whole. */
  #nextOfAll(): readonly FolderEntry[] {
    if (this.#rest !== undefined) return [];
    this.#rest = readdirSync(this.#folder.at("."), { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      kind: entry.isFile() ? "file" : entry.isDirectory() ? "folder" : entry.isSymbolicLink() ? "link" : "other",
      inode: 0,
    }));
    return this.#rest;
  }
}

function entriesIn(byteCount: number): readonly FolderEntry[] {
  const entries: FolderEntry[] = [];
  for (let at = 0; at < byteCount; at += chunk.readUInt16LE(at + LENGTH_AT)) {
    const end = chunk.indexOf(0, at + NAME_AT);
    const name = chunk.toString("utf8", at + NAME_AT, end);
    if (name === "." || name === "..") continue;
    const kind = KINDS[chunk[at + TYPE_AT] ?? 0] ?? "other";
    entries.push({ name, kind, inode: Number(chunk.readBigUInt64LE(at + INODE_AT)) });
  }
  return entries;
}
