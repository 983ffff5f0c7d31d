/** Components that upstream has renamed, with the real collector: what is running, and what an older one has left. */
import { afterEach, describe, expect, test } from "bun:test";
import { appendFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { built, needs } from "../support/built.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { eventually } from "../support/eventually.ts";
import { TempDir } from "../support/temp-dir.ts";
import { RealCollectors, realOptions } from "./real-collector.ts";
import { StandInReceiver } from "./stand-in-receiver.ts";

const TEST_MAX_MS = 60_000;
const WAIT = { timeoutMs: 20_000 };
const collector = needs("collector");
/** What a collector lists that knows the names of before only. */
const RENAMED_BACK = "s/host_metrics/hostmetrics/; s/file_log/filelog/; s/otlp_http/otlphttp/; s/_to_/to/";
/** A log of its own, by today's name; before, it was `filelog/mine`. */
const MINE =
  "receivers: { LOG/mine: { include: [FILE], start_at: beginning } }\nservice: { pipelines: { logs: { receivers: [LOG/mine] } } }\n";

const collectors = new RealCollectors();
afterEach(async () => {
  releaseLog();
  await collectors.stop();
});

/** A program that lists the names of before, and takes them: the real one takes both. */
function oldProgram(folder: TempDir): string {
  const path = folder.file("otelcol-old");
  const real = built("collector");
  const script = `#!/bin/sh\nif [ "$1" = components ]; then "${real}" components | sed '${RENAMED_BACK}'; else exec "${real}" "$@"; fi\n`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

/** What the collector says of the names that it is told. */
function warningsIn(log: readonly string[]): string[] {
  return log.flatMap((line) => /\\"(\w+)\\" alias is deprecated/.exec(line)?.[1] ?? []).toSorted();
}

describe.skipIf(collector.missing)(collector.title("renamed components"), () => {
  test.each(["file_log", "filelog"])(
    "today's collector is told today's names and warns of none; a user's file with %s adds to ours",
    async (name) => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      const log = captureLog();
      writeFileSync(folder.file("syslog"), "");
      writeFileSync(folder.file("mine.log"), "a line of mine\n");
      writeFileSync(folder.file("mine.yaml"), MINE.replaceAll("LOG", name).replace("FILE", folder.file("mine.log")));
      await collectors.start(realOptions(folder.path, receiver, { configFiles: [folder.file("mine.yaml")] }), receiver);
      await eventually("the line", () => receiver.logLines("/v1/logs").includes("a line of mine"), WAIT);
      expect(warningsIn(log)).toEqual([]);
    },
    TEST_MAX_MS,
  );

  test(
    "a collector that lists the names of before is told those",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      const log = captureLog();
      writeFileSync(folder.file("syslog"), "");
      await collectors.start(realOptions(folder.path, receiver, { path: oldProgram(folder), user: "root" }), receiver);
      const told = new Set(warningsIn(log));
      expect([...told]).toEqual(["cumulativetodelta", "deltatorate", "filelog", "hostmetrics", "otlphttp"]);
    },
    TEST_MAX_MS,
  );

  test(
    "what an older collector held in its queue is sent by today's",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      writeFileSync(folder.file("syslog"), "");
      receiver.status = 503;
      const first = await collectors.start(realOptions(folder.path, receiver), receiver);
      appendFileSync(folder.file("syslog"), "held\n");
      await eventually("it to be refused", () => receiver.refused > 1, WAIT);
      await first.stop(3000);
      const storage = folder.file("collector", "storage");
      expect(readdirSync(storage)).toContain("exporter_otlp_http_logs_logs");
      renameSync(`${storage}/exporter_otlp_http_logs_logs`, `${storage}/exporter_otlphttp_logs_logs`);
      receiver.status = 200;
      await collectors.start(realOptions(folder.path, receiver), receiver);
      await eventually("the line", () => receiver.logLines("/v1/logs").includes("held"), WAIT);
    },
    TEST_MAX_MS,
  );
});
