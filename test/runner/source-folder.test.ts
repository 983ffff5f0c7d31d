import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  closeSync,
  lchownSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { RefusedError } from "../../src/runner/refusals.ts";
import { SourceFolder } from "../../src/runner/source-folder.ts";
import { JOB_UID, needsJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";

let directory: TempDir;
beforeEach(() => {
  directory = new TempDir("source");
  chmodSync(directory.path, 0o755);
  mkdirSync(directory.file("runner", "_diag"), { recursive: true });
});
afterEach(() => directory[Symbol.dispose]());

function diag(...name: string[]): string {
  return directory.file("runner", "_diag", ...name);
}

/** The kind of refusal, or what was read. */
function outcome(work: () => string): string {
  try {
    return work();
  } catch (error) {
    return error instanceof RefusedError ? error.kind : String(error);
  }
}

function open(path: string): string {
  return outcome(() => {
    SourceFolder.open(path).close();
    return "opened";
  });
}

function read(name: string): string {
  const folder = SourceFolder.open(diag());
  try {
    return outcome(() => {
      const fd = folder.openFile(name);
      const text = readFileSync(fd, "utf8");
      closeSync(fd);
      return text;
    });
  } finally {
    folder.close();
  }
}

describe.skipIf(process.platform === "win32")("SourceFolder", () => {
  test("opens a folder, and tells what is none", () => {
    writeFileSync(directory.file("file"), "");
    symlinkSync(diag(), directory.file("link"));
    expect(open(diag())).toBe("opened");
    expect(open(directory.file("nothing", "here"))).toBe("absent");
    expect(open(directory.file("file"))).toBe("not-regular");
    expect(open(directory.file("file", "below"))).toBe("not-regular");
    expect(open(directory.file("link"))).toBe("link");
  });

  test("opens regular files and nothing else, at once", () => {
    writeFileSync(diag("a.log"), "text");
    symlinkSync("a.log", diag("link.log"));
    symlinkSync("/dev/zero", diag("zero.log"));
    mkdirSync(diag("folder.log"));
    Bun.spawnSync(["mkfifo", diag("fifo.log")]);
    const names = ["a.log", "link.log", "zero.log", "folder.log", "fifo.log", "none.log"];
    expect(names.map(read)).toEqual(["text", "link", "link", "not-regular", "not-regular", "absent"]);
  });

  test("stays with its folder when a link takes its place", () => {
    writeFileSync(diag("a.log"), "text");
    const folder = SourceFolder.open(diag());
    renameSync(diag(), directory.file("moved"));
    symlinkSync("/etc", diag());
    const fd = folder.openFile("a.log");
    expect(readFileSync(fd, "utf8")).toBe("text");
    closeSync(fd);
    folder.close();
    expect(open(diag())).toBe("link");
  });

  const root = needsJob();
  describe.skipIf(root.missing)(root.title("as root"), () => {
    test("follows root's links on the way, but none of the job, none in the job's folders, and none in a circle", () => {
      symlinkSync("runner", directory.file("by-root"));
      expect(open(directory.file("by-root", "_diag"))).toBe("opened");
      lchownSync(directory.file("by-root"), JOB_UID, JOB_UID);
      expect(open(directory.file("by-root", "_diag"))).toBe("link");
      symlinkSync(directory.path, directory.file("runner", "inside"));
      chownSync(directory.file("runner"), JOB_UID, JOB_UID);
      expect(open(directory.file("runner", "inside", "runner"))).toBe("link");
      symlinkSync("circle", directory.file("circle"));
      expect(open(directory.file("circle", "x"))).toBe("link");
    });

    test("lends nobody the rights of root: not through a folder of his, not through a folder of all", () => {
      writeFileSync(diag("secret.log"), "secret", { mode: 0o600 });
      writeFileSync(diag("public.log"), "public");
      expect(read("secret.log")).toBe("secret");
      chownSync(directory.file("runner"), JOB_UID, JOB_UID);
      expect(read("secret.log")).toBe("unreadable");
      expect(read("public.log")).toBe("public");
    });

    test("opens each file as its owner, and root's as nobody, where all is root's but others can write", () => {
      chmodSync(directory.file("runner"), 0o777);
      const files = { "secret.log": 0, "public.log": 0, "job.log": JOB_UID };
      for (const [name, uid] of Object.entries(files)) {
        writeFileSync(diag(name), name, { mode: name === "public.log" ? 0o644 : 0o600 });
        chownSync(diag(name), uid, uid);
      }
      expect(Object.keys(files).map(read)).toEqual(["unreadable", "public.log", "job.log"]);
    });

    test("takes the rights of the owner of a folder in a folder of root", () => {
      mkdirSync(diag("job"));
      writeFileSync(diag("job", "secret.log"), "secret", { mode: 0o600 });
      chownSync(diag("job"), JOB_UID, JOB_UID);
      const outer = SourceFolder.open(diag());
      const inner = outer.folder("job");
      expect(outcome(() => String(inner.openFile("secret.log")))).toBe("unreadable");
      chmodSync(diag("job"), 0o777);
      chownSync(diag("job"), 0, 0);
      const shared = outer.folder("job");
      expect(outcome(() => String(shared.openFile("secret.log")))).toBe("unreadable");
      shared.close();
      inner.close();
      outer.close();
    });
  });
});
