import { describe, expect, test } from "bun:test";
import {
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { CollectorFolder } from "../../src/collector/collector-folder.ts";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { JOB_UID, needsJob, runJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";

const USER = { uid: 61_002, gid: 61_002 };
const FILES = [{ name: "base.yaml", text: "a: 1\n" }];
const root = needsJob();

describe.skipIf(process.platform === "win32")("CollectorFolder", () => {
  test("writes the configuration for us alone, over an older one, whose other files go", () => {
    using directory = new TempDir();
    using folder = new CollectorFolder(HeldFolder.open(directory.path));
    folder.writeConfiguration([...FILES, { name: "user-1-old.yaml", text: "secret" }], undefined);
    expect(folder.writeConfiguration(FILES, undefined)).toEqual(["config/base.yaml"]);
    expect(readdirSync(directory.file("collector", "config"))).toEqual(["base.yaml"]);
    expect(readFileSync(directory.file("collector", "config", "base.yaml"), "utf8")).toBe("a: 1\n");
    expect(statSync(directory.file("collector", "config", "base.yaml")).mode & 0o777).toBe(0o600);
    expect(statSync(directory.file("collector")).mode & 0o777).toBe(0o700);
  });

  test("a file half written by a crash, or planted under its name, is no obstacle", () => {
    using directory = new TempDir();
    using folder = new CollectorFolder(HeldFolder.open(directory.path));
    mkdirSync(directory.file("collector", "config"), { mode: 0o700 });
    symlinkSync("/etc/passwd", directory.file("collector", "config", "base.yaml.tmp"));
    symlinkSync("/etc/passwd", directory.file("collector", "config", "base.yaml"));
    folder.writeConfiguration(FILES, undefined);
    expect(readFileSync(directory.file("collector", "config", "base.yaml"), "utf8")).toBe("a: 1\n");
    expect(readFileSync("/etc/passwd", "utf8")).not.toBe("a: 1\n");
  });
});

describe.skipIf(process.platform === "win32")("the storage", () => {
  test("gets a file where there is nothing of its name, and through no link", () => {
    using directory = new TempDir();
    using folder = new CollectorFolder(HeldFolder.open(directory.path));
    folder.prepareStorage(undefined);
    const file = { name: "offsets", text: "1" };
    expect(folder.addToStorage(file, undefined)).toBe(true);
    expect(folder.addToStorage({ ...file, text: "2" }, undefined)).toBe(false);
    expect(readFileSync(directory.file("collector", "storage", "offsets"), "utf8")).toBe("1");
    expect(statSync(directory.file("collector", "storage", "offsets")).mode & 0o777).toBe(0o600);
    folder.removeFromStorage("offsets");
    folder.removeFromStorage("offsets");
    symlinkSync(directory.file("elsewhere"), directory.file("collector", "storage", "offsets"));
    expect(folder.addToStorage(file, undefined)).toBe(false);
    expect(existsSync(directory.file("elsewhere"))).toBe(false);
  });

  test("renames its files, and tells those whose new name is taken", () => {
    using directory = new TempDir();
    using folder = new CollectorFolder(HeldFolder.open(directory.path));
    folder.prepareStorage(undefined);
    for (const name of ["old_a", "old_b", "new_b", "other"]) folder.addToStorage({ name, text: name }, undefined);
    expect(folder.renameInStorage((name) => name.replace("old_", "new_"))).toEqual(["old_b"]);
    const storage = directory.file("collector", "storage");
    expect(readdirSync(storage).toSorted()).toEqual(["new_a", "new_b", "old_b", "other"]);
    expect(readFileSync(directory.file("collector", "storage", "new_b"), "utf8")).toBe("new_b");
  });
});

describe.skipIf(root.missing)(root.title("CollectorFolder of a collector with a user of its own"), () => {
  test("can be read by the collector and written by root alone; the storage is the collector's", async () => {
    using directory = new TempDir();
    using folder = new CollectorFolder(HeldFolder.open(directory.path));
    folder.writeConfiguration(FILES, USER);
    folder.prepareStorage(USER);
    const seen = ["", "config", "config/base.yaml", "storage"].map((name) => {
      const { uid, gid, mode } = statSync(directory.file("collector", name));
      return `${name} ${uid}:${gid} ${(mode & 0o777).toString(8)}`;
    });
    expect(seen).toEqual([
      " 0:61002 710",
      "config 0:61002 710",
      "config/base.yaml 0:61002 640",
      "storage 61002:61002 700",
    ]);
    folder.addToStorage({ name: "offsets", text: "1" }, USER);
    const { uid, gid, mode } = statSync(directory.file("collector", "storage", "offsets"));
    expect([uid, gid, mode & 0o777]).toEqual([61_002, 61_002, 0o600]);
    expect(statSync(directory.path).mode & 0o777).toBe(0o700);
    expect(await runJob(["ls", directory.file("collector")])).toContain("Permission denied");
  });

  test("hands over a storage that an older version kept as root, and no file behind a link", () => {
    using directory = new TempDir();
    mkdirSync(directory.file("collector", "storage"), { recursive: true, mode: 0o700 });
    const at = (name: string): string => directory.file("collector", "storage", name);
    writeFileSync(at("receiver_filelog_"), "offsets");
    writeFileSync(directory.file("precious"), "of root");
    symlinkSync(directory.file("precious"), at("link"));
    linkSync(directory.file("precious"), at("hard-link"));
    Bun.spawnSync(["mkfifo", at("fifo")]);
    using folder = new CollectorFolder(HeldFolder.open(directory.path));
    folder.prepareStorage(USER);
    expect(statSync(at("receiver_filelog_")).uid).toBe(USER.uid);
    expect(statSync(directory.file("precious")).uid).toBe(0);
    expect(statSync(directory.file("collector", "storage")).uid).toBe(USER.uid);
  });

  test("is not made in a folder of the job", () => {
    using directory = new TempDir();
    mkdirSync(directory.file("collector"));
    chownSync(directory.file("collector"), JOB_UID, JOB_UID);
    expect(() => new CollectorFolder(HeldFolder.open(directory.path))).toThrow("belongs to uid 4242");
  });

  test("follows no link in the place of its folders", () => {
    for (const name of ["config", "storage"]) {
      using directory = new TempDir();
      mkdirSync(directory.file("collector"), { mode: 0o700 });
      mkdirSync(directory.file("elsewhere"));
      symlinkSync(directory.file("elsewhere"), directory.file("collector", name));
      using folder = new CollectorFolder(HeldFolder.open(directory.path));
      expect(() => {
        folder.writeConfiguration(FILES, USER);
        folder.prepareStorage(USER);
      }).toThrow();
      expect(statSync(directory.file("elsewhere")).uid).toBe(0);
      expect(readdirSync(directory.file("elsewhere"))).toEqual([]);
    }
  });
});
