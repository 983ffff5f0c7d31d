import { describe, expect, test } from "bun:test";
import { chownSync, mkdirSync } from "node:fs";
import { homePlace, SAFE_PLACE } from "../../src/home/home-place.ts";
import { JOB_UID, needsJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";

const root = needsJob();

describe.skipIf(root.missing)(root.title("homePlace()"), () => {
  test("is the configured folder where nobody else can change it", () => {
    using directory = new TempDir();
    expect(homePlace(directory.file("base"))).toEqual({ path: directory.file("base") });
  });

  test("is a folder in the safe place otherwise, the same one at every start and another for each base directory", () => {
    using directory = new TempDir();
    for (const name of ["one", "two"]) mkdirSync(directory.file(name));
    for (const name of ["one", "two"]) chownSync(directory.file(name), JOB_UID, JOB_UID);
    const [one, two] = [directory.file("one", "base"), directory.file("two", "base")];
    const place = homePlace(one);
    expect(place).toMatchObject({ insteadOf: one, distrust: { path: directory.file("one"), ownerUid: JOB_UID } });
    expect(place.path).toMatch(new RegExp(`^${SAFE_PLACE}/base-[0-9a-f]{8}$`));
    expect(homePlace(one)).toEqual(place);
    expect(homePlace(two).path).not.toBe(place.path);
  });
});
