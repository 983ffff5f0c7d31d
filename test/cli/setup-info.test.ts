import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, chownSync, linkSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withEntry, writeSetupInfo } from "../../src/cli/setup-info.ts";
import { TempDir } from "../support/temp-dir.ts";

const directory = new TempDir("setup-info");
const folder = directory.path;
afterAll(() => directory[Symbol.dispose]());
const file = join(folder, ".setup_info");
const isRoot = process.geteuid?.() === 0;

function added(old: string): unknown {
  return JSON.parse(withEntry("f", old, "on"));
}

const OURS = { Group: "warp-telemetry", Detail: "on" };

describe("withEntry()", () => {
  test.each(["", "\n", "[]", "\uFEFF[]"])("begins a list where there is %p", (old) => {
    expect(added(old)).toEqual([OURS]);
  });

  test("keeps all others, whatever they are, and takes the place of an older one of ours", () => {
    const others = [{ group: "Operating System", detail: "Ubuntu\n24.04", url: "x" }, null, 5];
    expect(added(JSON.stringify(others))).toEqual([...others, OURS]);
    const old = [others[0], { group: "warp-telemetry", detail: "0.0.1" }, others[1]];
    expect(added(JSON.stringify(old))).toEqual([others[0], OURS, others[1]]);
  });

  test.each(["{", "{}", "null", '"x"', "[1,"])("refuses %p, which is no list", (old) => {
    expect(() => withEntry("f", old, "on")).toThrow("nothing was changed");
  });
});

describe("writeSetupInfo()", () => {
  test("makes the file for everybody to read, and a second time changes our entry only", () => {
    writeSetupInfo(file, "one");
    expect(statSync(file).mode & 0o777).toBe(0o644);
    writeSetupInfo(file, "two");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([{ Group: "warp-telemetry", Detail: "two" }]);
  });

  test("keeps the mode and the owner", () => {
    writeFileSync(file, "[]");
    chmodSync(file, 0o640);
    if (isRoot) chownSync(file, 1234, 1235);
    writeSetupInfo(file, "on");
    expect(statSync(file).mode & 0o777).toBe(0o640);
    if (isRoot) expect([statSync(file).uid, statSync(file).gid]).toEqual([1234, 1235]);
  });

  test.skipIf(!isRoot)("gives a new file to the owner of its folder", () => {
    rmSync(file, { force: true });
    chownSync(folder, 1234, 1235);
    writeSetupInfo(file, "on");
    chownSync(folder, 0, 0);
    expect([statSync(file).uid, statSync(file).gid]).toEqual([1234, 1235]);
  });

  test("changes nothing that is no list, no file of its own, or not there", () => {
    const target = join(folder, "secret");
    writeFileSync(target, "[]");
    rmSync(file, { force: true });
    symlinkSync(target, file);
    expect(() => writeSetupInfo(file, "on")).toThrow("symbolic link");
    rmSync(file);
    linkSync(target, file);
    expect(() => writeSetupInfo(file, "on")).toThrow("2 names");
    expect(readFileSync(target, "utf8")).toBe("[]");
    rmSync(file);
    writeFileSync(file, "{broken");
    expect(() => writeSetupInfo(file, "on")).toThrow("no JSON list");
    expect(readFileSync(file, "utf8")).toBe("{broken");
    writeFileSync(file, " ".repeat(1024 * 1024 + 1));
    expect(() => writeSetupInfo(file, "on")).toThrow("at most 1048576");
    expect(() => writeSetupInfo(join(folder, "nowhere/.setup_info"), "on")).toThrow("folder is not there");
    expect(() => writeSetupInfo(folder, "on")).toThrow("a folder");
  });
});
