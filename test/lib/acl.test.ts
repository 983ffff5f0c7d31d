import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { namedWriters } from "../../src/lib/acl.ts";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { distrustOf } from "../../src/lib/trust.ts";
import { JOB_UID, needsJob, runJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";
import { type Acl, aclFor, PASS, READ, setAcl, WRITE } from "./acl.ts";

const job = needsJob();
const ALL = READ | WRITE | PASS;

/** A file and a folder of root, in a way that the job can pass, with the access control list. */
function made(kind: string, directory: TempDir, acl: Acl): string {
  chmodSync(directory.path, 0o755);
  const path = directory.file(kind);
  if (kind === "folder") mkdirSync(path, { mode: 0o700 });
  else writeFileSync(path, "as it was\n", { mode: 0o600 });
  setAcl(path, acl);
  return path;
}

/** Whether the job can change it in fact. */
async function canJobWrite(path: string): Promise<boolean> {
  const out = await runJob([
    "sh",
    "-c",
    `if [ -d ${path} ]; then mktemp -p ${path}; else echo x >> ${path}; fi && echo done`,
  ]);
  return out.endsWith("done\n");
}

describe.skipIf(job.missing)(job.title("a way to be written that the mode does not show"), () => {
  test.each(["file", "folder"])(
    "a named user is in the group bits of a %s, and is found behind root's own group",
    async (kind) => {
      using directory = new TempDir();
      const path = made(kind, directory, aclFor(JOB_UID, ALL));
      // The owner's group may do nothing: what the mode shows is the mask.
      expect(statSync(path).mode & 0o7777).toBe(0o770);
      expect(statSync(path).gid).toBe(0);
      expect(namedWriters(path)).toEqual([{ kind: "uid", id: JOB_UID }]);
      expect(await canJobWrite(path)).toBe(true);
      expect(distrustOf(path)).toMatchObject({
        reason: `"${path}" (uid 0) can be written by uid ${JOB_UID} through an access control list, its owner alone wanted`,
        remedy: `chmod go-w "${path}"`,
      });
      // The command takes the right out of the mask.
      expect(Bun.spawnSync(["chmod", "go-w", path]).exitCode).toBe(0);
      expect(distrustOf(path)).toBeUndefined();
      expect(await canJobWrite(path)).toBe(false);
    },
  );

  test.each<[string, Acl, boolean]>([
    ["reads", aclFor(JOB_UID, READ | PASS), true],
    ["is named with what the mask forbids", aclFor(JOB_UID, ALL, { mask: READ }), true],
    [
      "is named beside a group that may write",
      aclFor(JOB_UID, READ, { group: READ | WRITE, mask: READ | WRITE }),
      true,
    ],
    ["is root", aclFor(0, ALL), true],
    [
      "is in a group that may write",
      aclFor(0, ALL, { named: [{ kind: "group", id: JOB_UID, rights: ALL }], mask: ALL }),
      false,
    ],
  ])("who %s", async (_, acl, isTrusted) => {
    using directory = new TempDir();
    for (const kind of ["file", "folder"]) {
      const path = made(kind, directory, acl);
      expect([kind, distrustOf(path) === undefined]).toEqual([kind, isTrusted]);
      expect([kind, await canJobWrite(path)]).toEqual([kind, !isTrusted]);
    }
  });

  test("a folder on the way is judged alike, and one that is opened by its descriptor", () => {
    using directory = new TempDir();
    const path = made("folder", directory, aclFor(JOB_UID, ALL));
    expect(distrustOf(`${path}/sub/file`)?.path).toBe(path);
    const held = HeldFolder.open(directory.path);
    expect(() => held.folder("folder")).toThrow("through an access control list");
    made("file", directory, aclFor(JOB_UID, READ | WRITE));
    expect(() => held.openFile("file")).toThrow("through an access control list");
    held.close();
  });

  test("what is made in a folder whose list is handed down is nobody else's", async () => {
    using directory = new TempDir();
    const path = made("folder", directory, aclFor(JOB_UID, READ | PASS));
    setAcl(path, aclFor(JOB_UID, ALL), "default");
    const folder = HeldFolder.openTrusted("the folder", path);
    writeFileSync(folder.makeFile("file"), "as it was\n");
    folder.folder("sub").close();
    expect(distrustOf(`${path}/file`)).toBeUndefined();
    expect(distrustOf(`${path}/sub`)).toBeUndefined();
    expect(await canJobWrite(`${path}/file`)).toBe(false);
    expect(await canJobWrite(`${path}/sub`)).toBe(false);
    expect(readFileSync(`${path}/file`, "utf8")).toBe("as it was\n");
    folder.close();
  });
});

test.skipIf(process.platform !== "linux")("namedWriters() finds nobody where there is no list", () => {
  using directory = new TempDir();
  expect(namedWriters(directory.path)).toEqual([]);
  expect(namedWriters("/proc/self")).toEqual([]);
});

test.skipIf(process.platform !== "linux")("namedWriters() cannot tell where there is no file", () => {
  using directory = new TempDir();
  expect(namedWriters(directory.file("nothing"))).toBeUndefined();
});
