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

/** Sets an access control list, or the one that new entries of a folder get. Python can, where setfacl is missing. */
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
  const set = `
import json,os,struct,sys
path,name,entries=sys.argv[1],sys.argv[2],json.loads(sys.argv[3])
os.setxattr(path,name,struct.pack("<I",2)+b"".join(struct.pack("<HHI",*entry) for entry in entries))`;
  const { exitCode, stderr } = Bun.spawnSync([
    "python3",
    "-c",
    set,
    path,
    `system.posix_acl_${attribute}`,
    JSON.stringify(entries),
  ]);
  if (exitCode !== 0) throw new Error(`Cannot set the access control list of "${path}": ${stderr.toString()}`);
}

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
