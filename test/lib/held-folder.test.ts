import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  fchmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { UntrustedError } from "../../src/lib/trust.ts";
import { JOB_UID, needsJob, startJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";

describe("HeldFolder", () => {
  test("makes the folder with its parents, for its owner alone", () => {
    using directory = new TempDir();
    HeldFolder.open(directory.file("a", "b")).close();
    expect(statSync(directory.file("a", "b")).mode & 0o777).toBe(0o700);
  });

  test("stays with its folder when another one takes its path", () => {
    using directory = new TempDir();
    const folder = HeldFolder.open(directory.file("base"));
    expect(folder.isInPlace).toBe(true);
    renameSync(directory.file("base"), directory.file("moved"));
    mkdirSync(directory.file("base"));
    expect(folder.isInPlace).toBe(false);
    writeSync(folder.makeFile("lock"), "ours");
    expect(readFileSync(directory.file("moved", "lock"), "utf8")).toBe("ours");
    expect(existsSync(directory.file("base", "lock"))).toBe(false);
    folder.close();
  });

  test("makes a file only where there is nothing, not even a link to nowhere", () => {
    using directory = new TempDir();
    const folder = HeldFolder.open(directory.path);
    symlinkSync(directory.file("made-by-us"), directory.file("lock"));
    expect(() => folder.makeFile("lock")).toThrow("EEXIST");
    expect(() => folder.openOrMakeFile("lock")).toThrow(`"${directory.file("lock")}": it is a symbolic link`);
    expect(existsSync(directory.file("made-by-us"))).toBe(false);
    folder.close();
  });

  test.each([
    ["a FIFO", (path: string) => Bun.spawnSync(["mkfifo", path]), "it is a FIFO"],
    ["a folder", (path: string) => mkdirSync(path), "it is a folder"],
    ["a device", (path: string) => symlinkSync("/dev/zero", path), "it is a symbolic link"],
  ])("refuses %s where a file should be, at once", (_, make, message) => {
    using directory = new TempDir();
    make(directory.file("lock"));
    const folder = HeldFolder.open(directory.path);
    expect(() => folder.openFile("lock")).toThrow(message);
    expect(() => folder.openFile("lock", { isReadOnly: true })).toThrow(message);
    folder.close();
  });

  test("names the file by the path that people know", () => {
    using directory = new TempDir();
    const folder = HeldFolder.open(directory.path);
    expect(() => folder.openFile("nothing")).toThrow(`open '${directory.file("nothing")}'`);
    folder.close();
  });

  const root = needsJob();
  test.skipIf(root.missing)(root.title("refuses a file and a folder of another user"), () => {
    using directory = new TempDir();
    writeFileSync(directory.file("lock"), "");
    mkdirSync(directory.file("buffer"));
    for (const name of ["lock", "buffer"]) chownSync(directory.file(name), JOB_UID, JOB_UID);
    const folder = HeldFolder.open(directory.path);
    expect(() => folder.openFile("lock")).toThrow(`belongs to uid ${JOB_UID}, root wanted`);
    expect(() => folder.folder("buffer")).toThrow(`belongs to uid ${JOB_UID}, root wanted`);
    folder.close();
  });
});

const job = needsJob();
describe.skipIf(job.missing)(job.title("HeldFolder.openTrusted()"), () => {
  test("holds no folder that a job makes just before us, and makes none through its links", async () => {
    using directory = new TempDir();
    chmodSync(directory.path, 0o755);
    const sticky = directory.file("sticky");
    mkdirSync(sticky);
    chmodSync(sticky, 0o1777);
    const foreign = directory.file("foreign");
    mkdirSync(foreign);
    chownSync(foreign, JOB_UID, JOB_UID);
    const race = `
import os,sys,time
base,target=sys.argv[1:]
print("racing",flush=True)
while True:
    try: os.symlink(target,base); os.unlink(base)
    except OSError: pass`;
    await using racer = startJob(["python3", "-c", race, `${sticky}/base`, foreign]);
    await racer.said(/racing/);
    for (let turn = 0; turn < 300; turn++) {
      try {
        const folder = HeldFolder.openTrusted("it", `${sticky}/base/home`);
        expect(statSync(folder.at(".")).uid).toBe(0);
        folder.close();
      } catch (error) {
        if (!(error instanceof UntrustedError) && !isSystemError(error)) throw error;
      }
      rmSync(`${sticky}/base`, { recursive: true, force: true });
    }
    expect(existsSync(`${foreign}/home`)).toBe(false);
  });
});

/** What the system says when the job is in the middle of something. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "code" in error;
}

describe("HeldFolder.replaceFile()", () => {
  test("puts a new file in the place of what is there, and follows no link", () => {
    using directory = new TempDir();
    const folder = HeldFolder.open(directory.path);
    writeFileSync(directory.file("precious"), "precious");
    symlinkSync("precious", directory.file("note"));
    symlinkSync("precious", directory.file("note.tmp"));
    folder.replaceFile("note", "one");
    expect(folder.readText("note")).toBe("one");
    folder.replaceFile("note", Buffer.from("two"), (fd) => fchmodSync(fd, 0o640));
    expect(folder.readText("note")).toBe("two");
    expect(statSync(directory.file("note")).mode & 0o777).toBe(0o640);
    expect(readFileSync(directory.file("precious"), "utf8")).toBe("precious");
    expect(readdirSync(directory.path).toSorted()).toEqual(["note", "precious"]);
    folder.close();
  });
});
