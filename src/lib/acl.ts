import { readAttribute } from "./libc.ts";

/**
 * POSIX access control lists (acl(5)), as Linux keeps them: a version, then entries of a tag, rights and an id, in little
 * endian. With a list the group bits of a mode show its mask, the most that anybody but the owner and others may do.
 */
const ATTRIBUTE = "system.posix_acl_access";
const VERSION_BYTES = 4;
const ENTRY_BYTES = 8;
const MAY_WRITE = 2;
const KINDS: Readonly<Record<number, NamedWriter["kind"]>> = { 2: "uid", 8: "group" };

/** A user or a group that a list names. */
export interface NamedWriter {
  readonly kind: "uid" | "group";
  readonly id: number;
}

/**
 * The users and groups that the list of the file at `path` names with the right to write; links are followed. None where
 * there is no list, and on other systems than Linux. Asked for what a group may write by its mode: without that bit the
 * mask lets nobody in. Undefined where the list cannot be read (musl; no /proc for what is open).
 */
export function namedWriters(path: string): readonly NamedWriter[] | undefined {
  if (process.platform !== "linux") return [];
  const list = readAttribute(path, ATTRIBUTE);
  if (list === undefined) return undefined;
  const writers: NamedWriter[] = [];
  for (let at = VERSION_BYTES; at + ENTRY_BYTES <= list.length; at += ENTRY_BYTES) {
    const kind = KINDS[list.readUInt16LE(at)];
    const mayWrite = (list.readUInt16LE(at + 2) & MAY_WRITE) !== 0;
    if (kind !== undefined && mayWrite) writers.push({ kind, id: list.readUInt32LE(at + 4) });
  }
  return writers;
}
