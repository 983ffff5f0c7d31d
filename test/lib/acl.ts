import { dlopen, ptr } from "bun:ffi";
import type { NamedWriter } from "../../src/lib/acl.ts";

/** Rights of acl(5). */
export const [READ, WRITE, PASS] = [4, 2, 1];

export interface Acl {
  readonly owner: number;
  readonly named: readonly (NamedWriter & { readonly rights: number })[];
  readonly group: number;
  readonly mask: number;
  readonly others: number;
}

/**
 * Sets an access control list of Linux, or the one that new entries of a folder get. By the kernel's own call: setfacl is
 * often missing, and to start a program for each would take most of the time of the tests.
 */
export function setAcl(path: string, acl: Acl, attribute: "access" | "default" = "access"): void {
  const named = [...acl.named].toSorted((a, b) => b.kind.localeCompare(a.kind) || a.id - b.id);
  const entries: readonly (readonly [number, number, number])[] = [
    [1, acl.owner, NOBODY],
    ...named.filter(({ kind }) => kind === "uid").map(({ id, rights }) => [2, rights, id] as const),
    [4, acl.group, NOBODY],
    ...named.filter(({ kind }) => kind === "group").map(({ id, rights }) => [8, rights, id] as const),
    [16, acl.mask, NOBODY],
    [32, acl.others, NOBODY],
  ];
  const value = Buffer.alloc(4 + 8 * entries.length);
  value.writeUInt32LE(VERSION);
  for (const [at, [tag, rights, id]] of entries.entries()) {
    value.writeUInt16LE(tag, 4 + 8 * at);
    value.writeUInt16LE(rights, 6 + 8 * at);
    value.writeUInt32LE(id, 8 + 8 * at);
  }
  const name = `system.posix_acl_${attribute}\0`;
  const libc = dlopen("libc.so.6", { setxattr: { args: ["ptr", "ptr", "ptr", "usize", "i32"], returns: "i32" } });
  try {
    if (libc.symbols.setxattr(ptr(Buffer.from(`${path}\0`)), ptr(Buffer.from(name)), ptr(value), value.length, 0) === 0)
      return;
  } finally {
    libc.close();
  }
  throw new Error(`Cannot set the access control list of "${path}"`);
}

/** Of the attribute's form: POSIX_ACL_XATTR_VERSION. */
const VERSION = 2;
/** The id of an entry that has none. */
const NOBODY = 0xffffffff;

/** One user's rights beside those of the owner; the mask is what somebody has. */
export function aclFor(id: number, rights: number, more: Partial<Acl> = {}): Acl {
  return {
    owner: READ | WRITE | PASS,
    named: [{ kind: "uid", id, rights }],
    group: 0,
    mask: rights,
    others: 0,
    ...more,
  };
}
