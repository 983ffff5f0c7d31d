/** The live page of the real agent: who reads, who does not read, who may not see, and what all of them cost at a stop. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readFileSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { Agent } from "../support/agent.ts";
import { needs } from "../support/built.ts";
import { collectorOptions } from "../support/collector.ts";
import { eventually } from "../support/eventually.ts";
import { arrayAt, numberAt, valueAt } from "../support/json.ts";
import { LiveReader } from "../support/live-reader.ts";
import { logsJson, tracesJson } from "../support/samples.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const NOBODY = 65_534;
const SECRET = "the plan of the job";
const SPAN = "a test of the job";
/** A stop with nothing to wait for takes some 300 ms; a reader that is waited for costs three seconds and more. */
const STOP_MAX_MS = 2500;

const whole = needs("executable", "collector");
const alone = needs("executable");
const canBeOthers = process.platform === "linux" && process.getuid?.() === 0 && Bun.which("setpriv") !== null;

/** The texts that a reader was shown. */
function textsOf(reader: LiveReader): readonly string[] {
  const records = reader.named("logs").flatMap((data) => arrayAt(data, "records"));
  return records.map((record) => String(valueAt(record, "text")));
}

function leftOutOf(reader: LiveReader): number {
  return reader.named("logs").reduce((sum: number, data) => sum + numberAt(data, "leftOut"), 0);
}

/** Asks for the events and never reads them. */
async function neverReading(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.pause();
  socket.write("GET /live/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  return socket;
}

describe.skipIf(whole.missing || process.platform !== "linux")(whole.title("the live page"), () => {
  test("shows samples and logs as they come, and a reader that never reads costs no time at the stop", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await Agent.start(collectorOptions(store, base, ["--push-frequency", "1h"]));
    expect((await agent.post("/v1/logs", logsJson("before"))).status).toBe(200);
    const reader = await LiveReader.connect(agent.origin);
    const deaf = await neverReading(agent.port);
    await eventually("the first state", () => reader.named("state").length === 1);
    expect(textsOf(reader)).toEqual(["before"]);
    expect((await agent.post("/v1/logs", logsJson("live"))).status).toBe(200);
    await eventually("a sample, a change and the log", () => {
      return reader.named("sample").length >= 2 && reader.named("change").length > 0 && textsOf(reader).length === 2;
    });
    expect(textsOf(reader)).toEqual(["before", "live"]);
    expect(numberAt(reader.named("sample").at(-1), "values", "memory.used")).toBeGreaterThan(0);

    // More than anybody is told, until the one that never reads has its socket full.
    const request = logsJson("x".repeat(50_000));
    let sent = 0;
    await eventually(
      "records that are left out",
      async () => {
        for (let n = 0; n < 25; n++, sent++) await agent.post("/v1/logs", request);
        return leftOutOf(reader) > 100;
      },
      { everyMs: 200 },
    );
    expect(textsOf(reader).length + leftOutOf(reader)).toBeLessThanOrEqual(sent + 2);

    const beganAtMs = performance.now();
    await expectStop(agent);
    expect(performance.now() - beganAtMs).toBeLessThan(STOP_MAX_MS);
    await reader.ended;
    deaf.destroy();

    // The next run of this boot has the history of this one.
    await using next = await startAgent(store, base);
    const state: unknown = await (await next.get("/live/state")).json();
    expect(arrayAt(state, "series", "values", "memory.used", "mean").length).toBeGreaterThan(0);
    expect(valueAt(state, "events", 0, "name")).toBe("warp_telemetry.restart");
    await expectStop(next);
  });
});

describe.skipIf(alone.missing || !canBeOthers)(alone.title("the texts of the live page"), () => {
  test("are for root, and for who has the token; another user sees numbers", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base, ["--push-frequency", "1h"]);
    expect((await agent.post("/v1/logs", logsJson(SECRET))).status).toBe(200);
    expect((await agent.post("/v1/traces", tracesJson(SPAN))).status).toBe(200);
    const mark = JSON.stringify({ kind: "step-start", name: SECRET });
    expect((await agent.post("/control/marks", mark)).status).toBe(200);
    const asked = async (path: string): Promise<string> => {
      const curl = ["curl", "--silent", "--max-time", "1", agent.origin + path];
      const command = ["setpriv", `--reuid=${NOBODY}`, "--clear-groups", ...curl];
      return await new Response(Bun.spawn(command, { stderr: "ignore" }).stdout).text();
    };
    const token = readFileSync(base.file("live-token"), "utf8");
    expect(statSync(base.file("live-token")).mode & 0o777).toBe(0o600);
    const [own, stranger, bearer] = await Promise.all([
      LiveReader.connect(agent.origin),
      asked("/live/events"),
      asked(`/live/events?token=${token}`),
    ]);
    await eventually("the log", () => textsOf(own).includes(SECRET));
    expect(JSON.stringify(valueAt(own.named("state")[0], "jobs"))).toContain(SECRET);
    expect(stranger).toContain('"maySeeTexts":false');
    for (const word of [SECRET, SPAN]) {
      expect(stranger).not.toContain(word);
      expect(bearer).toContain(word);
    }
    await expectStop(agent);
    expect(existsSync(base.file("history"))).toBe(true);
  });
});
