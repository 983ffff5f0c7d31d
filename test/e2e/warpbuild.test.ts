/** What the WarpBuild API may say and do, and what the agent makes of it. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import { EXPIRED } from "../support/fault-proxy.ts";
import { agentOptions, startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop, sendLogs } from "../support/steps.ts";
import { WarpbuildStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(90_000);

const withS3 = needs("executable", "s3");

describe.skipIf(withS3.missing)(withS3.title("the WarpBuild API"), () => {
  test("gets the secret in its header, and the bucket a text/plain PUT of the name that was asked for", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base);
    const sent = await sendLogs(agent, 0, 2);
    await expectStop(agent);

    const asked = store.api.requests.filter(({ objectName }) => objectName !== null);
    expect(asked).toMatchObject([{ secret: store.api.secret, status: 200 }]);
    const [put] = store.proxy.requests;
    expect(put).toMatchObject({ method: "PUT", headers: { "content-type": "text/plain" }, status: 200 });
    expect(put?.path).toEndWith(`/${asked[0]?.objectName}`);
    await expectDelivered(store, sent);
  });

  test("is asked whether telemetry is on, and nothing is uploaded before it has answered", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    store.api.program(({ route }) => (route === "allocation_details" ? { kind: "status", status: 503 } : undefined));
    await using agent = await startAgent(store, base, ["--buffer-lines", "1"]);
    const sent = await sendLogs(agent, 0, 3);
    const questions = (): number => store.api.requests.filter(({ route }) => route === "allocation_details").length;
    await eventually("the question to be asked twice", () => questions() >= 2);
    expect(store.proxy.requests).toEqual([]);

    store.api.heal();
    await eventually("an object", async () => (await store.objects()).size > 0, { timeoutMs: 40_000 });
    await expectStop(agent);
    await expectDelivered(store, sent);
  });

  test("leaves telemetry_enabled out: that means on", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    store.api.telemetryEnabled = undefined;
    await using agent = await startAgent(store, base);
    const sent = await sendLogs(agent, 0, 1);
    await eventually("the object", async () => (await store.objects()).size === 1);
    await expectStop(agent);
    await expectDelivered(store, sent);
  });

  test("says that telemetry is off: the lines are thrown away, counted, and the agent ends with 0", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    store.api.telemetryEnabled = false;
    let mayAnswer = false;
    store.api.program(() => (mayAnswer ? undefined : { kind: "status", status: 503 }));
    await using agent = await startAgent(store, base);
    await sendLogs(agent, 0, 3);
    mayAnswer = true;

    const end = await agent.ended(40_000);
    expect(end.code, end.log).toBe(0);
    expect(end.log).toMatch(/discarded.*3|3.*discarded/);
    expect(store.proxy.requests).toEqual([]);

    store.api.telemetryEnabled = true;
    await using next = await startAgent(store, base);
    await expectStop(next);
    expect(await store.objects()).toEqual(new Map());
  });

  test("does not know the secret: every line is kept, the log says so without it", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    await store.writeSettings({}, { polling_secret: "the-wrong-secret" });
    await using agent = await startAgent(store, base, ["--drain-timeout", "2s"]);
    const sent = await sendLogs(agent, 0, 4);
    await agent.said(/401/);
    const { log } = await expectStop(agent, 3);
    expect(log).not.toContain("the-wrong-secret");

    await store.writeSettings({});
    await using again = await startAgent(store, base);
    await expectStop(again);
    await expectDelivered(store, sent);
  });

  test("cannot be reached: every line is kept, and delivered when it can", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    await store.writeSettings({}, { host_url: "http://127.0.0.1:9/api/v1" });
    await using agent = await startAgent(store, base, ["--drain-timeout", "2s"]);
    const sent = await sendLogs(agent, 0, 4);
    await agent.said(/could not be asked/);
    await expectStop(agent, 3);

    await store.writeSettings({});
    await using again = await startAgent(store, base);
    await expectStop(again);
    await expectDelivered(store, sent);
  });

  test("answers with a page of HTML: no harm, the lines go out afterwards", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    let urlRequests = 0;
    store.api.program(({ route }) =>
      route === "presigned_log_upload_url" && urlRequests++ < 1 ? { kind: "html" } : undefined,
    );
    await using agent = await startAgent(store, base);
    const sent = await sendLogs(agent, 0, 2);
    await eventually("the object", async () => (await store.objects()).size === 1, { timeoutMs: 40_000 });
    await expectStop(agent);
    await expectDelivered(store, sent);
  });

  test("signs URLs that the bucket refuses: a new one for each attempt, the same object", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    store.proxy.failNext(EXPIRED, 2);
    await using agent = await startAgent(store, base);
    const sent = await sendLogs(agent, 0, 2);
    await eventually("the object", async () => (await store.objects()).size === 1, { timeoutMs: 40_000 });
    const { log } = await expectStop(agent);
    expect(store.proxy.requests.map(({ status }) => status)).toEqual([403, 403, 200]);
    expect(new Set(store.proxy.requests.map(({ path }) => path)).size).toBe(1);
    expect(store.api.requests.filter(({ objectName }) => objectName !== null)).toHaveLength(3);
    expect(log).not.toMatch(/X-Amz-Signature|X-Amz-Credential/i);
    await expectDelivered(store, sent);
  });

  test("redirects the upload: it is not followed", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    store.proxy.failNext({ kind: "status", status: 307, headers: { location: `${store.proxy.origin}/elsewhere` } });
    await using agent = await startAgent(store, base);
    const sent = await sendLogs(agent, 0, 2);
    await eventually("the object", async () => (await store.objects()).size === 1, { timeoutMs: 40_000 });
    await expectStop(agent);
    await expectDelivered(store, sent);
    expect(store.proxy.requests.map(({ status }) => status)).toEqual([307, 200]);
  });

  test("a settings file that is not there yet, then half written, is waited for", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using base = await TempDir.create("base");
    const whole = await Bun.file(store.settingsFile).text();
    await Bun.file(store.settingsFile).delete();
    await using agent = await Agent.spawn(agentOptions(store, base, ["--no-collector"]));
    await agent.said(/settings/i);
    await Bun.write(store.settingsFile, whole.slice(0, 50));
    // The file is looked at every 200 ms: long enough to have been read half written.
    await Bun.sleep(700);
    expect(agent.isRunning, agent.log).toBe(true);
    await Bun.write(store.settingsFile, whole);
    await agent.listening();
    const sent = await sendLogs(agent, 0, 1);
    await expectStop(agent);
    await expectDelivered(store, sent);
  });

  test("telemetry.enabled: false in the settings ends it with 0, saying so", async () => {
    await using store = await WarpbuildStore.start(built("s3"), { enabled: false });
    await using base = await TempDir.create("base");
    await using agent = await Agent.spawn(agentOptions(store, base, []));
    const end = await agent.ended();
    expect(end.code, end.log).toBe(0);
    expect(end.log).toMatch(/telemetry\.enabled/);
    expect(store.api.requests).toEqual([]);
  });
});
