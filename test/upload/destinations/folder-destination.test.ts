import { describe, expect, test } from "bun:test";
import { chownSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { FolderDestination } from "../../../src/upload/destinations/folder-destination.ts";
import { renameIfFree } from "../../../src/upload/destinations/take-name.ts";
import { JOB_UID, needsJob } from "../../support/job.ts";
import { objectsBelow, objectsIn } from "../../support/stores.ts";
import { TempDir } from "../../support/temp-dir.ts";
import { batchOf, largeBatch, NAME, NEVER } from "../batch.ts";
import { loopTurns } from "../../support/turns.ts";

describe("FolderDestination", () => {
  test("that is given up goes on to its end, and says what became of it", async () => {
    using directory = new TempDir();
    const destination = new FolderDestination(directory.file("objects"), "a");
    const givenUp = new AbortController();
    const batch = largeBatch();
    const attempt = destination.put(batch, givenUp.signal);
    await loopTurns();
    givenUp.abort();
    expect(await attempt).toEqual({ kind: "stored" });
    expect(await objectsIn(directory.file("objects"))).toEqual(new Map([[NAME, Buffer.concat(batch.slices)]]));
  });

  test.each(["other lines", "the same lines"])(
    "shares its folder, and each agent keeps what is its own: %s",
    async (kind) => {
      using directory = new TempDir();
      const a = new FolderDestination(directory.file("objects"), "a");
      const b = new FolderDestination(directory.file("objects"), "b");
      const ofA = `{"by":"a","pad":"${"x".repeat(50_000)}"}\n`;
      const ofB = kind === "the same lines" ? ofA : '{"by":"b"}\n';
      for (let round = 0; round < 40; round++) {
        const name = `20261122-1000${String(round).padStart(2, "0")}.logs.log`;
        const [resultOfA, resultOfB] = await Promise.all([
          a.put(batchOf([ofA], { name }), NEVER),
          b.put(batchOf([ofB], { name }), NEVER),
        ]);
        const isOfA = resultOfA.kind === "stored";
        expect([resultOfA.kind, resultOfB.kind]).toEqual(isOfA ? ["stored", "name-taken"] : ["name-taken", "stored"]);
        expect(Buffer.from((await objectsIn(directory.file("objects"))).get(name) ?? []).toString()).toBe(
          isOfA ? ofA : ofB,
        );
      }
    },
  );

  test("keeps the objects of each folder of the template apart, and leaves nothing else there", async () => {
    using directory = new TempDir();
    const destination = new FolderDestination(directory.file("objects"), "a");
    for (const folder of ["", "d/1", "d/2"]) {
      expect(await destination.put(batchOf([`{"in":"${folder}"}\n`], { folder }), NEVER)).toEqual({ kind: "stored" });
    }
    const objects = await objectsBelow(directory.file("objects"));
    expect([...objects.keys()]).toEqual([NAME, `d/1/${NAME}`, `d/2/${NAME}`]);
    expect(readdirSync(directory.file("objects", "d", "1"))).toEqual([NAME]);
    expect(statSync(directory.file("objects", "d")).mode & 0o777).toBe(0o700);
  });

  test("holds no folder open after it has stored into it", async () => {
    using directory = new TempDir();
    const destination = new FolderDestination(directory.file("objects"), "a");
    const put = async (n: number) => await destination.put(batchOf(["{}\n"], { folder: `a/b/c/${n}` }), NEVER);
    await put(0);
    const before = openDescriptors();
    for (let n = 1; n < 20; n++) await put(n);
    expect(openDescriptors()).toBeLessThanOrEqual(before);
  });

  const root = needsJob();
  test.skipIf(root.missing)(
    root.title("an agent of root stores into no subfolder of another user, and says how to mend it"),
    async () => {
      using directory = new TempDir();
      mkdirSync(directory.file("objects", "day"), { recursive: true });
      chownSync(directory.file("objects", "day"), JOB_UID, JOB_UID);
      const destination = new FolderDestination(directory.file("objects"), "a");
      expect(await destination.put(batchOf(["{}\n"], { folder: "day" }), NEVER)).toMatchObject({
        kind: "retry",
        isOutcomeKnown: true,
        isLasting: true,
        reason: expect.stringContaining(`belongs to uid ${JOB_UID}, root wanted`),
      });
      expect(readdirSync(directory.file("objects", "day"))).toEqual([]);
    },
  );

  test("follows no link below the folder, and says what to do", async () => {
    using directory = new TempDir();
    mkdirSync(directory.file("objects"));
    mkdirSync(directory.file("elsewhere"));
    symlinkSync(directory.file("elsewhere"), directory.file("objects", "day"));
    const destination = new FolderDestination(directory.file("objects"), "a");
    expect(await destination.put(batchOf(["{}\n"], { folder: "day" }), NEVER)).toMatchObject({
      kind: "retry",
      isOutcomeKnown: true,
      isLasting: true,
      reason: "ENOTDIR",
      remedy: expect.stringContaining("Put a folder there"),
    });
    expect(readdirSync(directory.file("elsewhere"))).toEqual([]);
  });

  test("knows that nothing was stored when it could not even write", async () => {
    using directory = new TempDir();
    writeFileSync(directory.file("objects"), "in the way");
    const destination = new FolderDestination(directory.file("objects"), "a");
    expect(await destination.put(batchOf(["{}\n"]), NEVER)).toMatchObject({
      kind: "retry",
      isOutcomeKnown: true,
      isLasting: true,
      remedy: expect.stringContaining("telemetry.destination"),
    });
    rmSync(directory.file("objects"));
    mkdirSync(directory.file("objects"));
    writeFileSync(directory.file("objects", NAME), "{}\n");
    expect(await destination.put(batchOf(["{}\n"]), NEVER)).toEqual({ kind: "name-taken" });
  });
});

test("without hard links a name is taken once, and nothing is replaced", async () => {
  using directory = new TempDir();
  const path = directory.file(NAME);
  const taken = await Promise.all(
    Array.from({ length: 20 }, async (_, n) => {
      writeFileSync(directory.file(`.${n}`), String(n));
      return renameIfFree(directory.file(`.${n}`), path);
    }),
  );
  expect(taken.filter((isOurs) => isOurs)).toHaveLength(1);
  expect(readFileSync(path, "utf8")).toBe(String(taken.indexOf(true)));
  expect(await renameIfFree(directory.file(`.${taken.indexOf(false)}`), path)).toBe(false);
  expect(readFileSync(path, "utf8")).toBe(String(taken.indexOf(true)));
});

function openDescriptors(): number {
  return readdirSync(process.platform === "linux" ? "/proc/self/fd" : "/dev/fd").length;
}
