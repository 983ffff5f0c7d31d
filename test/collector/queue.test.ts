/**
 * Two faults of the collector's queue, which our configuration can meet: up to 0.161 a record above the largest batch took
 * along all that waited behind it, and up to 0.162 a sender that gave up while the queue was full could block it for ever.
 */
import { afterEach, describe, expect, test } from "bun:test";
import { appendFileSync, writeFileSync } from "node:fs";
import { needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { logsJson } from "../support/samples.ts";
import { TempDir } from "../support/temp-dir.ts";
import { RealCollectors, realOptions } from "./real-collector.ts";
import { StandInReceiver } from "./stand-in-receiver.ts";

const TEST_MAX_MS = 60_000;
const ROUNDS = 150;
const WAIT = { timeoutMs: 20_000 };
const collector = needs("collector");

const collectors = new RealCollectors();
afterEach(() => collectors.stop());

function smallLines(name: string): readonly string[] {
  return Array.from({ length: 300 }, (_, n) => `${name}-${n}-${"x".repeat(200)}`);
}

describe.skipIf(collector.missing)(collector.title("the collector's queue"), () => {
  test(
    "a record above the largest batch costs no record that waits behind it",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      const syslog = folder.file("syslog");
      writeFileSync(syslog, "");
      // Batches of at most 128 KiB, of which one line of the system log has 190.
      await collectors.start(realOptions(folder.path, receiver, { requestMaxBytes: 1024 * 1024 }), receiver);
      const small = [...smallLines("before"), ...smallLines("behind")];
      const sent = small.toSpliced(300, 0, "y".repeat(190 * 1024));
      appendFileSync(syslog, sent.map((line) => `${line}\n`).join(""));
      await eventually("the small ones", () => receiver.logLines("/v1/logs").length >= small.length, WAIT);
      const missing = new Set(small).difference(new Set(receiver.logLines("/v1/logs")));
      expect([...missing].map((line) => line.slice(0, 10))).toEqual([]);
    },
    TEST_MAX_MS,
  );

  test(
    "senders that give up while it is full do not block it",
    async () => {
      using folder = new TempDir("collector");
      await using receiver = new StandInReceiver();
      writeFileSync(folder.file("syslog"), "");
      const port = await freePort();
      const mine = folder.file("mine.yaml");
      writeFileSync(
        mine,
        `
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
exporters: { otlp_http/logs: { sending_queue: { queue_size: 60000, batch: { min_size: 50000, max_size: 100000, flush_timeout: 20ms } } } }
service: { pipelines: { logs: { receivers: [otlp] } } }
`,
      );
      await collectors.start(realOptions(folder.path, receiver, { configFiles: [mine] }), receiver);
      const send = async (name: string, abort: AbortSignal): Promise<boolean> => {
        try {
          const response = await fetch(`http://127.0.0.1:${port}/v1/logs`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: logsJson(`${name} ${"z".repeat(1000)}`),
            signal: abort,
          });
          return response.ok;
        } catch {
          return false;
        }
      };
      // Each round they give up at the same moment, while the queue gets room again and wakes those that wait.
      let given = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const abort = AbortSignal.timeout(20 + (round % 20));
        const taken = await Promise.all(Array.from({ length: 200 }, (_, n) => send(`early-${round}-${n}`, abort)));
        given += taken.filter((isTaken) => !isTaken).length;
      }
      expect(given).toBeGreaterThan(ROUNDS);
      await eventually("a sender to be taken", () => send("late", AbortSignal.timeout(2000)), WAIT);
      await eventually("its record", () => receiver.textOf("/v1/logs").includes("late "), WAIT);
    },
    TEST_MAX_MS,
  );
});
