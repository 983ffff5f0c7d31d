/** Root recovers the lines of a file in a folder that a hostile job can change, or of something that is no file. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { JOB_UID, needsJob, runJob } from "../support/job.ts";
import { expectDelivered } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(30_000);

const agentOnly = needs("executable");
const job = needsJob();
/** What is refused is refused at once, and what would never end is not begun. */
const END_MAX_MS = 5000;
/** A file that was set aside, by its name. */
const NAME = "logs.ring.damaged-20260101-000000";
const LINE = '{"a":1}\n';

async function recover(...args: readonly string[]): Promise<{ readonly code: number | undefined; text: string }> {
  await using child = new Child([built("executable"), "recover", ...args]);
  const { code } = await child.ended(END_MAX_MS);
  return { code, text: child.output };
}

describe.skipIf(agentOnly.missing || process.platform === "win32")(
  agentOnly.title("recover of what is no file"),
  () => {
    test.each<[string, (path: string) => unknown, string]>([
      ["a named pipe", (path) => Bun.spawnSync(["mkfifo", path]), "no regular file"],
      ["a device without an end", (path) => symlinkSync("/dev/zero", path), "no regular file"],
      ["a terminal", (path) => symlinkSync("/dev/tty", path), ""],
      ["a folder", (path) => mkdirSync(path), "no regular file"],
      ["a file without an end", (path) => (writeFileSync(path, ""), truncateSync(path, 2 ** 40)), "at most"],
      ["a file of the kernel", (path) => symlinkSync("/proc/self/pagemap", path), "no buffer file"],
    ])("is an error at once, printed and sent: %s", async (_, make, message) => {
      await using store = await FolderStore.start();
      await using directory = await TempDir.create("recover");
      const file = directory.file(message === "no buffer file" ? "pagemap" : NAME);
      make(file);
      const printed = await recover(file);
      expect(printed.code, printed.text).toBe(1);
      expect(printed.text).toContain(file);
      expect(printed.text).toContain(message);
      const sent = await recover(file, "--to", store.folder);
      expect(sent.code, sent.text).toBe(1);
      expect(sent.text).toStartWith("Cannot ");
      expect(sent.text).toContain(file);
    });

    test("removes nothing that is no buffer file, whatever its name begins with", async () => {
      await using store = await FolderStore.start();
      await using directory = await TempDir.create("recover");
      for (const name of ["logs.ring.txt", "logs.ring-backup", "notes.txt"]) {
        writeFileSync(directory.file(name), "no line of ours\n", { mode: 0o600 });
        const { code, text } = await recover(directory.file(name), "--to", store.folder);
        expect([code, text]).toEqual([1, expect.stringContaining(`Cannot deliver "${directory.file(name)}"`)]);
        expect(readFileSync(directory.file(name), "utf8")).toBe("no line of ours\n");
      }
    });

    test("makes no folder on the way to a file that is not there", async () => {
      await using store = await FolderStore.start();
      await using directory = await TempDir.create("recover");
      expect((await recover(directory.file("no", "such", NAME), "--to", store.folder)).code).toBe(1);
      expect(existsSync(directory.file("no"))).toBe(false);
    });
  },
);

describe.skipIf(agentOnly.missing || job.missing)(job.title(agentOnly.title("recover --to of root")), () => {
  test.each<[string, (folder: string) => unknown, RegExp]>([
    [
      "in a folder of a job",
      (folder) => chownSync(folder, JOB_UID, JOB_UID),
      /uid 4242, root wanted; run: chown -h root/,
    ],
    ["in a folder that everybody can write", (folder) => chmodSync(folder, 0o777), /everybody.*; run: chmod go-w/],
    ["that belongs to a job", (folder) => chownSync(`${folder}/${NAME}`, JOB_UID, JOB_UID), /run: chown -h root/],
    ["that everybody can write", (folder) => chmodSync(`${folder}/${NAME}`, 0o666), /everybody.*run: chmod go-w/],
  ])("refuses a file %s, with the command that mends it, and removes nothing", async (_, spoil, message) => {
    await using store = await FolderStore.start();
    await using directory = await TempDir.create("recover");
    const folder = directory.file("buffer");
    mkdirSync(folder, { mode: 0o755 });
    chmodSync(directory.path, 0o755);
    writeFileSync(`${folder}/${NAME}`, LINE, { mode: 0o600 });
    spoil(folder);
    const { code, text } = await recover(`${folder}/${NAME}`, "--to", store.folder);
    expect(code, text).toBe(2);
    expect(text).toMatch(message);
    expect(readFileSync(`${folder}/${NAME}`, "utf8")).toBe(LINE);
    expect(existsSync(store.folder)).toBe(false);
    // To print what is in it trusts nobody.
    expect(await recover(`${folder}/${NAME}`)).toMatchObject({ code: 0, text: expect.stringContaining(LINE) });
  });

  test("follows no link in the file's place", async () => {
    await using store = await FolderStore.start();
    await using directory = await TempDir.create("recover");
    writeFileSync(directory.file("precious"), LINE, { mode: 0o600 });
    symlinkSync("precious", directory.file(NAME));
    const { code, text } = await recover(directory.file(NAME), "--to", store.folder);
    expect(code, text).toBe(1);
    expect(text).toContain("a symbolic link, a regular file wanted");
    expect(existsSync(directory.file("precious"))).toBe(true);
  });

  test("takes a file of root in a sticky folder, and nothing that a job has put beside it", async () => {
    await using store = await FolderStore.start();
    await using directory = await TempDir.create("recover");
    chmodSync(directory.path, 0o1777);
    const file = directory.file(NAME);
    writeFileSync(file, LINE, { mode: 0o600 });
    await runJob(["sh", "-c", `echo '{"evil":1}' > ${file}.recovering`]);
    const refused = await recover(file, "--to", store.folder);
    expect(refused.code, refused.text).toBe(2);
    expect(refused.text).toContain(`${file}.recovering" belongs to uid ${JOB_UID}`);
    renameSync(`${file}.recovering`, directory.file("away"));
    expect(await recover(file, "--to", store.folder)).toMatchObject({ code: 0 });
    await expectDelivered(store, [LINE.trim()]);
    expect(existsSync(file)).toBe(false);
  });
});
