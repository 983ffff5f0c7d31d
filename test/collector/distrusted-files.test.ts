import { expect, test } from "bun:test";
import { chownSync, writeFileSync } from "node:fs";
import { distrustedFiles } from "../../src/collector/distrusted-files.ts";
import { JOB_UID, needsJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";

const root = needsJob();

test.skipIf(root.missing)(
  root.title("distrustedFiles() names key, file, reason and remedy of what others can change"),
  () => {
    using directory = new TempDir();
    const [ours, theirs] = [directory.file("ours"), directory.file("theirs")];
    for (const file of [ours, theirs]) writeFileSync(file, "");
    chownSync(theirs, JOB_UID, JOB_UID);
    expect(distrustedFiles({ path: ours, configFiles: [ours] })).toEqual([]);
    const found = {
      file: theirs,
      path: theirs,
      reason: expect.stringContaining("4242"),
      remedy: `chown -h root "${theirs}"`,
    };
    expect(distrustedFiles({ path: theirs, configFiles: [ours, theirs] })).toEqual([
      { ...found, key: "telemetry.collector.path" },
      { ...found, key: "telemetry.collector.config" },
    ]);
  },
);
