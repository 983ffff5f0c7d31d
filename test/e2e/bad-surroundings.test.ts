/** A machine that is not as it should be: each case ends or goes on with one clear reason. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { logsJson } from "../support/samples.ts";
import { agentOptions, startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop, sendLogs } from "../support/steps.ts";
import { loneConnection } from "../support/lone-connection.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";
import { TinyDisk } from "../support/tiny-disk.ts";

setDefaultTimeout(90_000);

const agentOnly = needs("executable");
const tinyDisk = TinyDisk.missing();

/** Starts it and waits for its end by itself. */
async function startAndEnd(store: FolderStore, base: TempDir, flags: readonly string[], port?: number) {
  const options = agentOptions(store, base, ["--no-collector", ...flags]);
  await using agent = await Agent.spawn(port === undefined ? options : { ...options, port });
  return await agent.ended();
}

describe.skipIf(agentOnly.missing)(agentOnly.title("a machine that is not as it should be"), () => {
  test("a base directory that cannot be written: exit 1, naming it", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await writeFile(base.file("taken"), "");
    await using agent = await Agent.spawn({
      ...agentOptions(store, base, ["--no-collector"]),
      baseDirectory: base.file("taken", "below"),
    });
    const end = await agent.ended();
    expect(end.code, end.log).toBe(1);
    expect(end.log).toContain(base.file("taken"));
  });

  test("a second instance on one base directory: exit 1, the first goes on", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using first = await startAgent(store, base);
    const sent = await sendLogs(first, 0, 1);
    const second = await startAndEnd(store, base, []);
    expect(second.code, second.log).toBe(1);
    expect(second.log).toContain(base.path);
    sent.push(...(await sendLogs(first, 1, 2)));
    await expectStop(first);
    await expectDelivered(store, sent);
  });

  test("a port that a listener has: exit 1 within a few seconds, naming the port", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const taken = await listen();
    const port = portOf(taken);
    const end = await startAndEnd(store, base, [], port).finally(() => taken.close());
    expect(end.code, end.log).toBe(1);
    expect(end.log).toContain(String(port));
  });

  test("a port that an outgoing connection has: tried again until it is free", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const accepted: Socket[] = [];
    const far = await listen((socket) => accepted.push(socket.resume()));
    // The kernel chose it, out of the range in which the default port lies too.
    const port = await loneConnection(portOf(far));
    try {
      await using agent = await Agent.spawn({ ...agentOptions(store, base, ["--no-collector"]), port });
      await agent.said(new RegExp(`${port}.*again|again.*${port}`));
      expect(agent.isRunning, agent.log).toBe(true);
      // Who closes first keeps its port for the minute of TIME_WAIT; here that is the far end.
      for (const socket of accepted) socket.end();
      await agent.listening();
      await expectStop(agent);
    } finally {
      far.close();
    }
  });

  test("a wrong value: exit 2, naming key, given and allowed", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    const end = await startAndEnd(store, base, ["--push-frequency", "soon"]);
    expect(end.code, end.log).toBe(2);
    expect(end.log).toMatch(/push-frequency.*"soon"/);
    expect(end.log).toMatch(/60s|duration/);
  });

  test.skipIf(tinyDisk !== undefined)(
    `a full disk: refused with 503, nothing lost ${tinyDisk ?? ""}`.trim(),
    async () => {
      await using store = await FolderStore.start();
      await using disk = await TinyDisk.mount(12 * 1024 * 1024);
      await using base = await TempDir.create("base");
      // Room for the rings, which are allocated at start, and no room for objects.
      const options = agentOptions(store, base, ["--no-collector", "--push-frequency", "1s", "--buffer-bytes", "1MiB"]);
      const flags = [...(options.flags ?? []), "--destination", disk.file("objects")];
      await using agent = await Agent.start({ ...options, baseDirectory: disk.file("base"), flags });
      const line = logsJson("first");
      expect((await agent.post("/v1/logs", line)).status).toBe(200);
      await eventually("the first object", () => disk.has("objects"));
      await disk.fill();
      const accepted: string[] = [];
      await eventually("a refusal", async () => {
        const next = logsJson(`next-${accepted.length}`, 100_000);
        const { status } = await agent.post("/v1/logs", next);
        if (status === 200) accepted.push(next);
        return status === 503;
      });
      expect(accepted.length).toBeGreaterThan(0);
      expect(await agent.health()).not.toMatchObject({ status: "healthy" });

      await disk.free();
      await expectStop(agent);
      expect(await disk.lines("objects")).toEqual([line, ...accepted]);
    },
  );
});

function listen(onConnection: (socket: Socket) => void = () => {}): Promise<Server> {
  const server = createServer((socket) => onConnection(socket.on("error", () => undefined)));
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot read a port: the server is closed");
  return address.port;
}
