/** Memory for requests under way is bounded over all connections together, also against senders that stall. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import type { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { numberAt } from "../support/json.ts";
import { logsJson } from "../support/samples.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop, sendLogs } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const agentOnly = needs("executable");
const BODY_BYTES = 10 * 1024 * 1024;
const STALLED = 50;
/** The limit of 32 MiB, what the sockets hold in the kernel's buffers is not counted here, and room for the rest. */
const GROWTH_MAX_MIB = 100;
/** Pages of the executable and of its libraries. */
const MAPPED_MIB = 60;

describe.skipIf(agentOnly.missing || process.platform !== "linux")(agentOnly.title("requests in flight"), () => {
  test("fifty senders that stall before the end of 10 MiB: most are refused, memory stays bounded, others are served", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    const before = await residentMiB(agent);
    const senders = await Promise.all(Array.from({ length: STALLED }, () => stall(agent)));
    try {
      // 32 MiB have room for three of them.
      await eventually(
        "the refusals",
        () => senders.filter(({ answer }) => answer().includes(" 503 ")).length >= STALLED - 3,
      );
      const refused = senders.find(({ answer }) => answer().includes(" 503 "));
      expect(refused?.answer().toLowerCase()).toContain("retry-after: ");
      expect(numberAt(await agent.stats(), "in_flight_bytes")).toBeLessThanOrEqual(32 * 1024 * 1024);
      expect((await residentMiB(agent)) - before).toBeLessThan(GROWTH_MAX_MIB);
      expect((await agent.post("/v1/logs", logsJson("small"))).status).toBe(200);
    } finally {
      for (const { socket } of senders) socket.destroy();
    }

    await eventually("the bytes to be given back", async () => numberAt(await agent.stats(), "in_flight_bytes") === 0);
    const sent = [logsJson("small"), ...(await sendLogs(agent, 0, 3, 1_000_000))];
    await expectStop(agent);
    await expectDelivered(store, sent);
  });

  test("a gzip bomb of 600 MB: 413, long before it is inflated", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    const before = await residentMiB(agent);
    const member = gzipSync(new Uint8Array(10_000_000).fill(0x20));
    const bomb = Buffer.concat(Array.from({ length: 60 }, () => member));
    const answer = await agent.post("/v1/logs", bomb, { "content-encoding": "gzip" });
    expect(answer.status).toBe(413);
    expect((await peakMiB(agent)) - before).toBeLessThan(GROWTH_MAX_MIB + MAPPED_MIB);
  });
});

interface Stalled {
  readonly socket: Socket;
  /** What has come back so far. */
  readonly answer: () => string;
}

/** Sends the head of a request and all of its body but the last byte. */
function stall(agent: Agent): Promise<Stalled> {
  const socket = connect(agent.port, "127.0.0.1");
  let answer = "";
  socket.on("data", (bytes) => (answer += String(bytes)));
  socket.on("error", () => undefined);
  const head = `POST /v1/logs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${BODY_BYTES}\r\n\r\n`;
  return new Promise((resolve) => {
    socket.once("connect", () => {
      socket.write(head);
      socket.write(new Uint8Array(BODY_BYTES - 1).fill(0x20));
      resolve({ socket, answer: () => answer });
    });
  });
}

/** The most that was ever resident, with the pages of files that it maps: the executable itself above all. */
async function peakMiB(agent: Agent): Promise<number> {
  const status = await Bun.file(`/proc/${agent.pid}/status`).text();
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** Memory of the process itself, without the pages of files that it maps. */
async function residentMiB(agent: Agent): Promise<number> {
  const status = await Bun.file(`/proc/${agent.pid}/status`).text();
  return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024;
}
