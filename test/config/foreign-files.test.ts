import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, writeFileSync } from "node:fs";
import { ConfigError } from "../../src/config/config-error.ts";
import { refuseForeignFiles } from "../../src/config/foreign-files.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { JOB_UID, needsJob } from "../support/job.ts";
import { TempDir } from "../support/temp-dir.ts";
import { placesOf } from "./places.ts";

const root = needsJob();

/** What an agent of root says of these files. */
function problems(collector: { path?: string; config?: readonly string[]; enabled?: boolean }): readonly string[] {
  const content = { telemetry: { collector } };
  try {
    refuseForeignFiles(loadConfig({ ...placesOf({}), settingsFile: { path: "/etc/settings.json", content } }));
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
}

describe.skipIf(root.missing)(root.title("refuseForeignFiles()"), () => {
  test("names key, place, file, owner and command of every file that others can change", () => {
    using directory = new TempDir();
    const [ours, theirs, open] = [directory.file("ours"), directory.file("theirs"), directory.file("open")];
    for (const file of [ours, theirs, open]) writeFileSync(file, "");
    chownSync(theirs, JOB_UID, JOB_UID);
    chmodSync(open, 0o666);
    const wanted = "wanted a file that root alone can change";
    const foreign = `${wanted} ("${theirs}" belongs to uid ${JOB_UID}, root wanted; run: chown -h root "${theirs}")`;
    expect(problems({ path: theirs, config: [ours, open, theirs] })).toEqual([
      `Cannot use telemetry.collector.path from settings file /etc/settings.json: ${theirs}, ${foreign}`,
      `Cannot use telemetry.collector.config from settings file /etc/settings.json: ${open}, ${wanted} ` +
        `("${open}" (uid 0) can be written by everybody, its owner alone wanted; run: chmod go-w "${open}")`,
      `Cannot use telemetry.collector.config from settings file /etc/settings.json: ${theirs}, ${foreign}`,
    ]);
    expect(problems({ path: ours, config: [ours] })).toEqual([]);
    expect(problems({ path: theirs, enabled: false })).toEqual([]);
  });

  test("names a file that cannot be looked at", () => {
    expect(problems({ path: "/etc/passwd/otelcol" })).toEqual([expect.stringContaining("ENOTDIR")]);
  });
});
