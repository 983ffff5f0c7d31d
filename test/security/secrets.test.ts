/**
 * Canaries: an API, a store and a collector that quote every secret they can think of, in every form, in all that they
 * say. Nothing of it may be seen in the log, on the pages, in `status`, in the process's title, or in a file that others
 * can read.
 */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmod, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Agent } from "../support/agent.ts";
import { NO_AWS_SETUP } from "../support/aws-variables.ts";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { eventually } from "../support/eventually.ts";
import { leaksIn } from "../support/leaks.ts";
import { logsJson } from "../support/samples.ts";
import { TempDir } from "../support/temp-dir.ts";
import { WarpbuildApi } from "../support/warpbuild-api.ts";

setDefaultTimeout(60_000);

const agentOnly = needs("executable");

type Secrets = Readonly<Record<string, string>>;

const AWS = {
  accessKeyId: "AKIAQ7XW2ZKCANARYKEY",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYzEXAMPLEKq",
  sessionToken: "FwoGZXIvYXdzEBYaDHqa0wSessionCanary/Zk9+Qw==",
};

/** A presigned URL whose signature and token are new, and what is secret in it. */
function presign(origin: string, name: string): { readonly url: string; readonly secrets: Secrets } {
  const secrets = {
    signature: Bun.hash(name).toString(16).padStart(16, "7") + "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c",
    token: "IQoJb3JpZ2luX2VjEQw9Canary/Token+0w==",
  };
  const query = new URLSearchParams({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": "ASIAPRESIGNEDCANARY9/20261126/us-east-1/s3/aws4_request",
    "X-Amz-Expires": "300",
    "X-Amz-Signature": secrets.signature,
    "X-Amz-Security-Token": secrets.token,
  });
  return { url: `${origin}/bucket/${name}?${query.toString()}`, secrets };
}

/** All forms in which a text may be quoted, whole and in parts. */
function quotesOf(text: string): string {
  const bytes = Buffer.from(text);
  const [half, third] = [Math.ceil(text.length / 2), Math.ceil(text.length / 3)];
  return [
    text,
    JSON.stringify(text),
    encodeURIComponent(text),
    text.toUpperCase(),
    text.toLowerCase(),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    Buffer.from(`user:${text}`).toString("base64"),
    Buffer.from(`x${text}`).toString("base64"),
    bytes.toString("hex"),
    text.slice(0, half),
    text.slice(half),
    Buffer.from(text.slice(0, half)).toString("base64"),
    Buffer.from(text.slice(half)).toString("base64"),
    `${text.slice(0, third)}\n${text.slice(third)}`,
    `\u001b[31m${text}\u001b[0m`,
  ].join(" , ");
}

/** An error as an API of JSON words it, one that quotes all of `texts`. */
function apiError(texts: readonly string[]): string {
  const said = texts.map(quotesOf).join(" ; ");
  return JSON.stringify({ code: texts[0], message: said, description: said, sub_code: texts[0], sub_message: said });
}

/** An error as a store words it. Its code is a secret, so is the region. */
function storeError(texts: readonly string[], [secret = ""]: readonly string[]): Response {
  const said = Bun.escapeHTML(texts.map(quotesOf).join(" ; "));
  const body = `<?xml version="1.0"?><Error><Code>${secret.replaceAll(/\W/g, "")}</Code><Message>${said}</Message></Error>`;
  const headers = { "x-amz-bucket-region": secret.replaceAll(/\W/g, ""), location: texts[0] ?? "" };
  return new Response(body, { status: 400, headers });
}

/** Everything of a running agent that others can see, by what it is. */
async function visible(agent: Agent, base: TempDir, settings: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const pages = ["/health", "/stats", "/metrics"].map(
    async (path) => [path, await (await agent.get(path)).text()] as const,
  );
  await using status = new Child([built("executable"), "status", "--port", String(agent.port), ...settings], {
    environment: { WARP_TELEMETRY_DESTINATION: "discard:" },
  });
  await status.ended(5000);
  const titles = ["cmdline", "comm", "status"].map((name) =>
    Bun.file(`/proc/${agent.pid}/${name}`)
      .text()
      .catch(() => ""),
  );
  const entries = await readdir(base.path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const open = files.map(async (file) => (((await stat(file)).mode & 0o044) === 0 ? "" : await Bun.file(file).text()));
  return new Map([
    ...(await Promise.all(pages)),
    ["status", status.output],
    ["title", (await Promise.all(titles)).join("\n")],
    ["files", (await Promise.all(open)).join("\n")],
  ]);
}

function expectNoLeak(places: ReadonlyMap<string, string>, secrets: Secrets): void {
  for (const [place, text] of places) expect(leaksIn(text, secrets), `${place}:\n${text}`).toEqual([]);
}

describe.skipIf(agentOnly.missing || process.platform === "win32")(
  agentOnly.title("a secret that is quoted by"),
  () => {
    test.each(["text", "json"])("the API and the store of its URLs is seen nowhere (log of %s)", async (format) => {
      const secrets: Record<string, string> = {
        polling: "pX-9/canary+secret_of==the.runner",
        verification: "verify-canary-5521-token",
      };
      const urls: string[] = [];
      using store = Bun.serve({
        port: 0,
        hostname: "127.0.0.1",
        fetch: async (request) => {
          await request.bytes();
          return storeError([request.url, ...Object.values(secrets)], Object.values(secrets));
        },
      });
      await using api = new WarpbuildApi({
        secret: secrets["polling"] ?? "",
        presign: (name) => {
          const { url, secrets: ofUrl } = presign(`http://127.0.0.1:${store.port}`, name);
          urls.push(url);
          for (const [key, value] of Object.entries(ofUrl)) secrets[`${key} ${urls.length}`] = value;
          return url;
        },
      });
      const strange = presign("https://bucket.example", "another-machine");
      let questions = 0;
      api.program(({ route }) => {
        const isUnwilling = route === "allocation_details" ? questions++ < 1 : urls.length > 1;
        const texts = [...Object.values(secrets), ...urls, strange.url];
        return isUnwilling ? { kind: "error", status: 500, body: apiError(texts) } : undefined;
      });

      await using base = await TempDir.create("quoted");
      const settings = base.file("settings.json");
      const section = { id: api.id, polling_secret: secrets["polling"], host_url: api.hostUrl };
      await writeFile(
        settings,
        JSON.stringify({ agent: { ...section, runner_verification_token: secrets["verification"] } }),
        { mode: 0o600 },
      );
      const flags = [
        "--settings",
        settings,
        "--no-collector",
        "--push-frequency",
        "1s",
        "--drain-timeout",
        "1s",
        "--log-level",
        "debug",
        "--log-format",
        format,
      ];
      await using agent = await Agent.start({
        executable: built("executable"),
        baseDirectory: base.file("data"),
        flags,
      });
      await agent.post("/v1/logs", logsJson("canary"));
      await agent.post("/v1/traces", '{"resourceSpans":[{}]}');
      await agent.said(/400/, 20_000);
      await eventually(
        "trouble in /health",
        async () => /Cannot upload/.test(await (await agent.get("/health")).text()),
        { timeoutMs: 20_000 },
      );
      const places = await visible(agent, base, ["--settings", settings]);
      await agent.stop();
      expect(agent.log).toMatch(/telemetry is on/);
      expectNoLeak(new Map([...places, ["log", agent.log]]), { ...secrets, ...strange.secrets });
      // The words of the other side are nowhere but in the log, and control no terminal there.
      for (const [place, text] of places) expect(text, place).not.toContain("***");
      expect(agent.log).toContain("***");
      expect(agent.log).not.toMatch(/\p{Cc}(?<!\n)/u);
    });

    test("an S3 store is seen nowhere", async () => {
      const secrets = { ...AWS, proxyPassword: "proxy-canary-pass-9921" };
      using store = Bun.serve({
        port: 0,
        hostname: "127.0.0.1",
        fetch: async (request) => {
          await request.bytes();
          const said = [...Object.values(secrets), request.headers.get("authorization") ?? ""];
          return storeError(said, [secrets.secretAccessKey]);
        },
      });
      await using base = await TempDir.create("quoted");
      await using agent = await Agent.start({
        executable: built("executable"),
        baseDirectory: base.file("data"),
        flags: [
          "--destination",
          "s3://bucket/prefix",
          "--no-collector",
          "--push-frequency",
          "1s",
          "--drain-timeout",
          "1s",
          "--log-level",
          "debug",
        ],
        environment: {
          AWS_ENDPOINT_URL: `http://127.0.0.1:${store.port}`,
          AWS_ACCESS_KEY_ID: AWS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: AWS.secretAccessKey,
          AWS_SESSION_TOKEN: AWS.sessionToken,
          ...NO_AWS_SETUP,
          HTTPS_PROXY: `http://me:${secrets.proxyPassword}@127.0.0.1:9`,
        },
      });
      await agent.post("/v1/logs", logsJson("canary"));
      await agent.said(/400 with an unknown code/, 20_000);
      await eventually(
        "trouble in /health",
        async () => /Cannot upload/.test(await (await agent.get("/health")).text()),
        { timeoutMs: 20_000 },
      );
      const places = await visible(agent, base, []);
      await agent.stop();
      expectNoLeak(new Map([...places, ["log", agent.log]]), secrets);
      expect(agent.log).toContain("***");
    });

    test("a user who put it in the wrong place is shown to nobody", async () => {
      const secrets = { polling: "pX-9/canary+secret_of==the.runner" };
      const environment = {
        WARP_TELEMETRY_AGENT_POLLING_SECRET: secrets.polling,
        WARP_TELEMETRY_PORT: secrets.polling,
      };
      for (const command of ["run", "validate", "status"]) {
        await using child = new Child([built("executable"), command, "--host", "\u001b[31m"], { environment });
        const { code } = await child.ended(5000);
        expect(code).toBe(2);
        expect(child.output).toContain("Cannot use telemetry.port");
        expect(child.output).not.toMatch(/\p{Cc}(?<!\n)/u);
        expectNoLeak(new Map([[command, child.output]]), secrets);
      }
    });

    test("the collector is seen nowhere", async () => {
      const secrets: Record<string, string> = {
        named: 'canary="named\\value"-77/12+x',
        webhook: "T00CANARY0000B00CANARY",
        webhookPassword: "hook-canary-word",
      };
      await using base = await TempDir.create("quoted");
      const collector = base.file("otelcol");
      const quotes = base.file("quotes");
      const token = base.file("token");
      // It may run as a user of its own.
      await chmod(base.path, 0o755);
      await writeFile(token, "");
      await chmod(token, 0o666);
      // It quotes what it is told to, and its own token, then it crashes.
      await writeFile(
        collector,
        `#!/bin/sh
       t=$WARP_TELEMETRY_COLLECTOR_TOKEN; echo "$t" > ${token}
       for i in 1 2 3; do echo "$t $(printf %s "$t" | base64) $NAMED $(printf %s "$NAMED" | base64 -w 0) $HOOK"; cat ${quotes}; done >&2
       exit 1\n`,
        { mode: 0o755 },
      );
      await writeFile(quotes, `${Object.values(secrets).map(quotesOf).join("\n")}\n`);
      const names = ["NAMED", "HOOK"].flatMap((name) => ["--collector-environment", name]);
      await using agent = await Agent.start({
        executable: built("executable"),
        baseDirectory: base.file("data"),
        flags: ["--collector-path", collector, "--destination", "discard:", "--log-level", "debug", ...names],
        environment: {
          PATH: "/usr/bin:/bin",
          NAMED: secrets["named"] ?? "",
          HOOK: `https://me:${secrets["webhookPassword"]}@hooks.example/services/${secrets["webhook"]}`,
        },
      });
      await agent.said(/exit code 1/, 20_000);
      await using nothing = await TempDir.create("nothing");
      const places = await visible(agent, nothing, []);
      secrets["token"] = (await Bun.file(token).text()).trim();
      await agent.stop();
      expectNoLeak(new Map([...places, ["log", agent.log]]), secrets);
      expect(agent.log).toContain("***");
    });
  },
);
