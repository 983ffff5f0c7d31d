import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { perfettoOf } from "../../src/report/perfetto.ts";
import { readReport } from "../../src/report/read-report.ts";
import { FolderObjects } from "../../src/stored/folder-objects.ts";
import { pythonMissing, pythonVenv } from "../clients/programs.ts";
import { valueAt } from "../support/json.ts";
import { TempDir } from "../support/temp-dir.ts";
import { MINUTE_MS, Played, PLAYED_AT_MS, type PlayedJob, playedJob } from "./played.ts";

/** The first run installs packages. */
setDefaultTimeout(180_000);
const PYTHON = join(import.meta.dir, "python");
const missing = pythonMissing();
const title = "the trace is one of Perfetto's published types";

async function packetsOf(job: PlayedJob): Promise<readonly unknown[]> {
  using folder = new TempDir("perfetto");
  new Played(folder.path).job(job);
  const sources = [new FolderObjects(folder.path)];
  const { jobs } = await readReport({ sources }, new AbortController().signal);
  const venv = await pythonVenv("perfetto", "a Python with Perfetto's types", join(PYTHON, "requirements.txt"));
  const command = [join(venv, "bin/python"), join(PYTHON, "read_trace.py")];
  const { exitCode, stdout } = Bun.spawnSync(command, {
    stdin: Buffer.concat([...perfettoOf(jobs)]),
    stderr: "inherit",
  });
  expect(exitCode).toBe(0);
  return stdout
    .toString()
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}

function nanos(ms: number): string {
  return `${ms}000000`;
}

/** The names of tracks by their numbers. */
function tracksOf(packets: readonly unknown[]): ReadonlyMap<unknown, unknown> {
  const tracks = packets.map((packet) => valueAt(packet, "trackDescriptor")).filter((track) => track !== undefined);
  return new Map(tracks.map((track) => [valueAt(track, "uuid"), valueAt(track, "name")]));
}

test.skipIf(missing !== undefined)(missing === undefined ? title : `${title} (skipped: ${missing})`, async () => {
  const steps = [
    { id: "a", name: "Compile", fromMs: PLAYED_AT_MS, toMs: PLAYED_AT_MS + MINUTE_MS },
    { id: "b", name: "Beside it", fromMs: PLAYED_AT_MS + 1000, toMs: PLAYED_AT_MS + 2000 },
    { id: "c", name: "Test", fromMs: PLAYED_AT_MS + MINUTE_MS, toMs: PLAYED_AT_MS + 2 * MINUTE_MS },
  ];
  const packets = await packetsOf(playedJob({ steps }));
  const tracks = tracksOf(packets);
  const events = packets.filter((packet) => valueAt(packet, "trackEvent") !== undefined);
  const told = (type: string): unknown[][] =>
    events
      .filter((packet) => valueAt(packet, "trackEvent", "type") === type)
      .map((packet) => [
        tracks.get(valueAt(packet, "trackEvent", "trackUuid")),
        valueAt(packet, "trackEvent", "name"),
        valueAt(packet, "timestamp"),
      ]);
  expect(told("TYPE_SLICE_BEGIN")).toEqual([
    ["Job", "build", nanos(PLAYED_AT_MS)],
    ["Steps", "Compile", nanos(PLAYED_AT_MS)],
    ["Steps", "Beside it", nanos(PLAYED_AT_MS + 1000)],
    ["Steps", "Test", nanos(PLAYED_AT_MS + MINUTE_MS)],
  ]);
  expect(told("TYPE_SLICE_END").map(([, , at]) => at)).toEqual([
    nanos(PLAYED_AT_MS + 2 * MINUTE_MS),
    nanos(PLAYED_AT_MS + MINUTE_MS),
    nanos(PLAYED_AT_MS + 2000),
    nanos(PLAYED_AT_MS + 2 * MINUTE_MS),
  ]);
  expect(told("TYPE_INSTANT")).toEqual([["Events", "warp_telemetry.oom_kill", nanos(PLAYED_AT_MS + 119_000)]]);
  const memory = events.filter((packet) => tracks.get(valueAt(packet, "trackEvent", "trackUuid")) === "memory.used");
  expect(valueAt(memory.at(-1), "trackEvent", "doubleCounterValue")).toBe(100);
  // A lane of its own for the step that overlaps, the same again for the one after it.
  const lanes = events
    .filter((packet) => tracks.get(valueAt(packet, "trackEvent", "trackUuid")) === "Steps")
    .map((packet) => valueAt(packet, "trackEvent", "trackUuid"));
  expect(new Set(lanes).size).toBe(2);
  expect(packets.filter((packet) => valueAt(packet, "trustedPacketSequenceId") !== 1)).toEqual([]);
});
