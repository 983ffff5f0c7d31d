import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { distrustOf } from "../../src/lib/trust.ts";
import { JOB_UID, needsJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";

const root = needsJob();

describe.skipIf(root.missing)(root.title("distrustOf()"), () => {
  test("trusts what belongs to root all the way, and what is not there yet in it", () => {
    using directory = new TempDir();
    expect(distrustOf("/usr/bin/env")).toBeUndefined();
    expect(distrustOf(directory.file("not", "there"))).toBeUndefined();
  });

  test("trusts nothing that everybody can make, unless it is ours to make", () => {
    using directory = new TempDir();
    mkdirSync(directory.file("sticky"));
    chmodSync(directory.file("sticky"), 0o1777);
    const missing = directory.file("sticky", "bin");
    expect(distrustOf(missing)).toEqual({
      path: missing,
      ownerUid: 0,
      reason: `"${missing}" is not there, and "${directory.file("sticky")}" can be written by everybody, its owner alone wanted`,
      remedy: `mkdir -m 755 "${missing}"`,
    });
    expect(distrustOf(missing, { isOursToMake: true })).toBeUndefined();
    mkdirSync(missing);
    expect(distrustOf(missing)).toBeUndefined();
  });

  test("names the parent that another user owns, and the command that mends it", () => {
    using directory = new TempDir();
    mkdirSync(directory.file("runner", "base"), { recursive: true });
    chownSync(directory.file("runner"), JOB_UID, JOB_UID);
    expect(distrustOf(directory.file("runner", "base", "deep"))).toEqual({
      path: directory.file("runner"),
      ownerUid: JOB_UID,
      reason: `"${directory.file("runner")}" belongs to uid ${JOB_UID}, root wanted`,
      remedy: `chown -h root "${directory.file("runner")}"`,
    });
  });

  test("trusts nothing in a folder that everybody or a strange group can write", () => {
    using directory = new TempDir();
    mkdirSync(directory.file("open", "base"), { recursive: true });
    chmodSync(directory.file("open"), 0o777);
    expect(distrustOf(directory.file("open", "base"))?.reason).toContain("can be written by everybody");
    chmodSync(directory.file("open"), 0o775);
    chownSync(directory.file("open"), 0, JOB_UID);
    expect(distrustOf(directory.file("open", "base"))?.reason).toContain(`can be written by group ${JOB_UID}`);
  });

  test("trusts a group that root alone is in", () => {
    using directory = new TempDir();
    mkdirSync(directory.file("base"));
    chmodSync(directory.file("base"), 0o775);
    expect(distrustOf(directory.file("base"))).toBeUndefined();
  });

  test("trusts what is ours in a sticky folder, but not the sticky folder itself, nor what is another's in it", () => {
    using directory = new TempDir();
    mkdirSync(directory.file("sticky", "ours"), { recursive: true });
    mkdirSync(directory.file("sticky", "theirs"));
    chownSync(directory.file("sticky", "theirs"), JOB_UID, JOB_UID);
    chmodSync(directory.file("sticky"), 0o1777);
    expect(distrustOf(directory.file("sticky", "ours"))).toBeUndefined();
    expect(distrustOf(directory.file("sticky"))?.path).toBe(directory.file("sticky"));
    expect(distrustOf(directory.file("sticky", "theirs"))?.path).toBe(directory.file("sticky", "theirs"));
  });

  test("follows root's links to where they lead, and no other's", () => {
    using directory = new TempDir();
    mkdirSync(directory.file("theirs", "base"), { recursive: true });
    chownSync(directory.file("theirs"), JOB_UID, JOB_UID);
    symlinkSync("theirs/base", directory.file("link"));
    expect(distrustOf(directory.file("link"))?.path).toBe(directory.file("theirs"));
    symlinkSync("/usr/bin", directory.file("planted"));
    lchownSync(directory.file("planted"), JOB_UID, JOB_UID);
    expect(distrustOf(directory.file("planted"))?.path).toBe(directory.file("planted"));
  });

  test("ends in a circle of links", () => {
    using directory = new TempDir();
    symlinkSync(directory.file("b"), directory.file("a"));
    symlinkSync(directory.file("a"), directory.file("b"));
    expect(() => distrustOf(directory.file("a"))).toThrow("more than 40 symbolic links");
  });

  test("judges a file by its own mode, too", () => {
    using directory = new TempDir();
    writeFileSync(directory.file("settings"), "{}", { mode: 0o644 });
    expect(distrustOf(directory.file("settings"))).toBeUndefined();
    chmodSync(directory.file("settings"), 0o666);
    expect(distrustOf(directory.file("settings"))?.remedy).toBe(`chmod go-w "${directory.file("settings")}"`);
  });
});
