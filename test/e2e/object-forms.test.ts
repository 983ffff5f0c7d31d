/** Objects with keys of a template, another ending and compressed: exactly one for each batch, and every reader reads them. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { pythonMissing, pythonVenv } from "../clients/programs.ts";
import type { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { duckDbRows } from "../support/duckdb.ts";
import { eventually } from "../support/eventually.ts";
import type { SeenRequest } from "../support/fault-proxy.ts";
import { contentOf, linesOf } from "../support/lines.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectDelivered, expectStop, sendLogs } from "../support/steps.ts";
import { FolderStore, objectsBelow, S3Store, WarpbuildStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(120_000);

const agentOnly = needs("executable");
const withS3 = needs("executable", "s3");
const TEMPLATE = "{stream}/date={date}/hour={hour}/{shard}/agent={agent}/run={run}/{name}";
/** Two settings that share nothing, and each the other's next one. */
const GZIP = ["--compression", "gzip", "--object-key", TEMPLATE];
const ZSTD = ["--compression", "zstd", "--object-suffix", ".jsonl", "--object-key", "by-run/{run}/{agent}/{name}"];
const FORMS = [
  {
    label: "gzip",
    flags: GZIP,
    others: ZSTD,
    key: /\/logs\/date=\d{4}-\d\d-\d\d\/hour=\d\d\/[\da-f]{2}\/agent=[^/]+\/run=none\/\d{8}-\d{6}\.logs\.log\.gz$/,
  },
  { label: "zstd", flags: ZSTD, others: GZIP, key: /\/by-run\/none\/[^/]+\/\d{8}-\d{6}\.logs\.jsonl\.zst$/ },
] as const;

const isPut = ({ method }: SeenRequest): boolean => method === "PUT";
/** A request whose sender was killed before its end has no body, and reaches no store. */
const isStored = ({ method, status, fault, body }: SeenRequest): boolean =>
  method === "PUT" && body.length > 0 && (status === 200 || fault === "lose-answer");

describe.skipIf(withS3.missing)(withS3.title("exactly one object in a bucket"), () => {
  for (const { label, flags, others, key } of FORMS) {
    test(`${label}: the answer of a PUT that was carried out is lost, twice`, async () => {
      await using store = await S3Store.start(built("s3"));
      await using base = await TempDir.create("base");
      store.proxy.failNext({ kind: "lose-answer" }, 2, isPut);
      await using agent = await startAgent(store, base, flags);
      const sent = await sendLogs(agent, 0, 10);
      await eventually("the lost answers", () => store.proxy.requests.filter(isPut).length >= 3, { timeoutMs: 40_000 });
      await expectStop(agent);
      expect([...(await store.server.objects()).keys()]).toEqual([expect.stringMatching(key)]);
      await expectDelivered(store, sent);
      expectOneBodyEach(store.proxy.requests);
    });

    test(`${label}: the answer is lost, then the agent is killed and started with other settings`, async () => {
      await using store = await S3Store.start(built("s3"));
      await using base = await TempDir.create("base");
      const sent = await leaveInDoubt(store, base, flags);
      await using second = await startAgent(store, base, others);
      await expectStop(second);
      await expectDelivered(store, sent);
      expectOneBodyEach(store.proxy.requests);
      expect((await store.server.objects()).size).toBe(2);
    });

    test(`${label}: killed in the middle of uploads, again and again, at settings that change`, async () => {
      await using store = await S3Store.start(built("s3"));
      await using base = await TempDir.create("base");
      const sent: string[] = [];
      const moments = ["before", "lose-answer", "reset"] as const;
      for (let round = 0; round < 9; round++) {
        const moment = moments[round % moments.length];
        const from = store.proxy.requests.length;
        store.proxy.program((seen) => {
          if (!isPut(seen)) return undefined;
          if (moment === "reset") return { kind: "reset", afterBytes: 500 };
          return moment === "before" ? { kind: "hang" } : { kind: "lose-answer" };
        });
        await using agent = await startAgent(store, base, round % 2 === 0 ? flags : others);
        sent.push(...(await sendLogs(agent, round * 100, round * 100 + 40, 3000)));
        await eventually("an upload", () => store.proxy.requests.slice(from).some(isPut), { everyMs: 5 });
        await agent.kill();
      }
      store.proxy.heal();
      await using last = await startAgent(store, base, flags);
      await expectStop(last);
      await expectDelivered(store, sent);
      expectOneBodyEach(store.proxy.requests);
    });
  }

  test("an object that the version before has compressed otherwise is ours", async () => {
    await using store = await S3Store.start(built("s3"));
    await using base = await TempDir.create("base");
    const sent = await leaveInDoubt(store, base, GZIP);
    const [[key = "", bytes] = []] = await store.server.objects();
    if (bytes === undefined) throw new Error("nothing was stored");
    await store.server.write(key, gzipSync(contentOf(key, bytes), { level: 1 }));
    await using second = await startAgent(store, base, GZIP);
    await expectStop(second);
    await expectDelivered(store, sent);
    expect(
      store.proxy.requests.some(({ method, path }) => method === "GET" && decodeURIComponent(path).endsWith(key)),
    ).toBe(true);
  });

  test("says nothing of a coding in a header, and what kind of bytes they are", async () => {
    await using store = await S3Store.start(built("s3"));
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base, GZIP);
    await sendLogs(agent, 0, 2);
    await expectStop(agent);
    const put = store.proxy.requests.find(isPut);
    expect(put?.headers["content-encoding"]).toBeUndefined();
    expect(put?.headers["content-type"]).toBe("application/gzip");
    expect(put?.headers["x-amz-checksum-crc32"]).toBeDefined();
  });
});

/** Stores one object whose answer is lost, and leaves the agent's ring with its batch and some lines more. */
async function leaveInDoubt(store: S3Store, base: TempDir, flags: readonly string[]): Promise<string[]> {
  store.proxy.program((seen) => (isPut(seen) ? { kind: "lose-answer" } : undefined));
  await using first = await startAgent(store, base, flags);
  const sent = await sendLogs(first, 0, 10);
  await eventually("the object", async () => (await store.objects()).size === 1);
  sent.push(...(await sendLogs(first, 10, 20)));
  await first.kill();
  store.proxy.heal();
  return sent;
}

/** Whatever was stored under one path was always the same bytes. */
function expectOneBodyEach(requests: readonly SeenRequest[]): void {
  const bodies = new Map<string, Set<string>>();
  for (const { path, body } of requests.filter(isStored)) {
    bodies.set(path, (bodies.get(path) ?? new Set()).add(Buffer.from(body).toString("latin1")));
  }
  expect(bodies.size).toBeGreaterThan(0);
  for (const [path, seen] of bodies) expect(seen.size, path).toBe(1);
}

describe.skipIf(agentOnly.missing)(agentOnly.title("the key of an object"), () => {
  test("names the run of the job whose end sends it, and none outside of jobs", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using agent = await startAgent(store, base, ["--push-frequency", "1h", ...GZIP]);
    await sendLogs(agent, 0, 1);
    await program(["flush", "--port", String(agent.port)]);
    await program(["hook", "started", "--port", String(agent.port)], { GITHUB_JOB: "build", GITHUB_RUN_ID: "../4711" });
    await sendLogs(agent, 1, 3);
    await program(["hook", "completed", "--port", String(agent.port)], { GITHUB_JOB: "build" });
    await eventually("the job's objects", async () => linesOf(await store.objects(), "logs").length === 3);
    await expectStop(agent);
    const runs = [...(await objectsBelow(store.folder)).keys()].map((path) => /\/run=([^/]*)\//.exec(path)?.[1]);
    expect(new Set(runs)).toEqual(new Set(["none", expect.stringMatching(/^-\.-4711-[\da-f]{8}$/)]));
  });
});

describe.skipIf(agentOnly.missing)(agentOnly.title("lines of other settings"), () => {
  test("that were set aside come back under the key and in the form that they were sealed with", async () => {
    await using store = await FolderStore.start();
    await using other = await FolderStore.start();
    await using base = await TempDir.create("base");
    await store.goAway();
    await using first = await startAgent(store, base, GZIP);
    const lines = await sendLogs(first, 0, 5);
    await sealed(first);
    await first.kill();
    await using second = await startAgent(other, base, ZSTD);
    await expectStop(second);
    await store.comeBack();
    await using third = await startAgent(store, base, ZSTD);
    await expectStop(third);
    await expectDelivered(store, lines);
    expect([...(await store.objects()).keys()]).toEqual([expect.stringMatching(/\.logs\.log\.gz$/)]);
  });

  test("are sent by recover under the name that they were sealed with, and not to the WarpBuild API", async () => {
    await using store = await FolderStore.start();
    await using base = await TempDir.create("base");
    await store.goAway();
    await using first = await startAgent(store, base, GZIP);
    const lines = await sendLogs(first, 0, 5);
    await sealed(first);
    await first.kill();
    const file = base.file("buffer", "logs.ring");
    const settings = base.file("settings.json");
    await Bun.write(
      settings,
      JSON.stringify({ agent: { id: "r", polling_secret: "a-secret-of-this-test", host_url: "http://127.0.0.1:9" } }),
    );
    const refused = await program(["recover", file, "--to", "warpbuild", "--settings", settings]);
    expect(refused.output).toContain("which takes no object named");
    expect(refused.code).toBe(1);
    await using to = await FolderStore.start();
    const sent = await program(["recover", file, "--to", to.folder]);
    expect(sent.code, sent.output).toBe(0);
    await expectDelivered(to, lines);
    expect([...(await to.objects()).keys()]).toEqual([expect.stringMatching(/\.logs\.log\.gz$/)]);
  });
});

async function sealed(agent: Agent): Promise<void> {
  await eventually("a refused upload", async () => JSON.stringify(await agent.stats()).includes('"retries":1'));
}

describe.skipIf(withS3.missing)(withS3.title("the WarpBuild API"), () => {
  test("takes the plain form alone: anything else ends the start, and validate, with exit code 2", async () => {
    await using store = await WarpbuildStore.start(built("s3"), { compression: "gzip", object_key: TEMPLATE });
    for (const command of ["run", "validate"]) {
      const { code, output } = await program([command, ...store.flags]);
      expect([command, code]).toEqual([command, 2]);
      expect(output).toContain("telemetry.compression from settings file");
      expect(output).toContain("wanted none with the WarpBuild API, which names its objects itself");
      expect(output).toContain("telemetry.object_key from settings file");
    }
  });
});

/** Runs of one agent, each with other settings, whose objects lie in one folder. */
async function mixedObjects(store: FolderStore): Promise<readonly string[]> {
  await using base = await TempDir.create("base");
  const lines: string[] = [];
  for (const [run, flags] of [[], GZIP, ZSTD, ["--object-suffix", ".jsonl"]].entries()) {
    await using agent = await startAgent(store, base, flags);
    lines.push(...(await sendLogs(agent, run * 10, run * 10 + 10)));
    await expectStop(agent);
  }
  return lines;
}

describe.skipIf(agentOnly.missing)(agentOnly.title("objects of all forms in one folder"), () => {
  test("are replayed, each line once", async () => {
    await using store = await FolderStore.start();
    const lines = await mixedObjects(store);
    await using target = await FolderStore.start();
    await using base = await TempDir.create("base");
    await using endpoint = await startAgent(target, base);
    const { code, output } = await program(["replay", store.folder, "--to", endpoint.origin]);
    expect(code, output).toBe(0);
    await expectStop(endpoint);
    await expectDelivered(target, lines);
  });

  test("are read by DuckDB, which takes the day and the hour from their keys", async () => {
    await using store = await FolderStore.start();
    const lines = await mixedObjects(store);
    // Only what is asked of this reader: the endings that it does not know by itself have to be named.
    const count = (glob: string, options = ""): string =>
      `SELECT count(*)::INTEGER AS n FROM read_json('${store.folder}/${glob}'${options})`;
    expect(await duckDbRows(count("**/*.log.gz"))).toEqual([{ n: 10 }]);
    expect(await duckDbRows(count("**/*.jsonl.zst"))).toEqual([{ n: 10 }]);
    expect(await duckDbRows(count("**/*.logs.*", ", format = 'newline_delimited'"))).toEqual([{ n: lines.length }]);
    const days = `SELECT DISTINCT date::VARCHAR AS date, run FROM read_json('${store.folder}/logs/**/*.log.gz', hive_partitioning = true)`;
    expect(await duckDbRows(days)).toEqual([{ date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), run: "none" }]);
  });

  test.skipIf(pythonMissing() !== undefined)("are read by Python, by their names", async () => {
    await using store = await FolderStore.start();
    const lines = await mixedObjects(store);
    const folder = join(import.meta.dir, "../support/python");
    const venv = await pythonVenv("python-readers", "a Python that reads zstd", join(folder, "requirements.txt"));
    const run = Bun.spawnSync([join(venv, "bin/python"), join(folder, "read_objects.py"), store.folder]);
    expect(run.exitCode, run.stderr.toString()).toBe(0);
    expect(run.stdout.toString().trimEnd().split("\n").toSorted()).toEqual(lines.toSorted());
  });
});

async function program(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | undefined; readonly output: string }> {
  await using child = new Child([built("executable"), ...args], {
    environment: { PATH: process.env["PATH"] ?? "", ...environment },
  });
  const { code } = await child.ended(60_000);
  return { code, output: child.output };
}
