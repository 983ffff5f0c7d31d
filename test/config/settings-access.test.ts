import { describe, expect, test } from "bun:test";
import { chmodSync, chownSync, lstatSync, mkdirSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { ConfigError } from "../../src/config/config-error.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { accessOf } from "../../src/config/settings-access.ts";
import { TempDir } from "../support/temp-dir.ts";
import { placesOf } from "./places.ts";

const SECRET = { agent: { polling_secret: "hush" } };
const isRoot = process.geteuid?.() === 0;
const title = isRoot ? "accessOf()" : "accessOf() (skipped: it takes root)";

/** A settings file, made as `make` has it. */
function access(make: (path: string, directory: TempDir) => void, content: object = SECRET) {
  using directory = new TempDir("settings");
  chmodSync(directory.path, 0o755);
  const path = directory.file("settings.json");
  writeFileSync(path, JSON.stringify(content), { mode: 0o600 });
  make(path, directory);
  return accessOf(path, statSync(path), { ...content });
}

describe.skipIf(!isRoot)(title, () => {
  test("has nothing to say of a file that is private", () => {
    expect(access(() => {})).toEqual({ warnings: [] });
  });

  test.each([
    ["everybody", 0o604],
    ["its group", 0o640],
  ])("warns when %s can read the secret", (_, mode) => {
    const { warnings, distrust } = access((path) => {
      chmodSync(path, mode);
      chownSync(path, 0, 4242);
    });
    expect(distrust).toBeUndefined();
    expect(warnings).toEqual([
      {
        message: "Others can read the secret in the settings file",
        facts: {
          path: expect.stringMatching(/settings.json$/),
          owner: "uid 0",
          mode: `0${mode.toString(8)}`,
          run: expect.stringMatching(/^chmod go-r ".*settings.json"$/),
        },
      },
    ]);
  });

  test("lets everybody read a file without a secret", () => {
    expect(access((path) => chmodSync(path, 0o644), { telemetry: {} })).toEqual({ warnings: [] });
    const deep = { proxy: { upstream: [{ auth_token: "hush" }] } };
    expect(access((path) => chmodSync(path, 0o644), deep).warnings).toHaveLength(1);
  });

  test.each<[string, (path: string, directory: TempDir) => void, RegExp, RegExp]>([
    ["everybody can write it", (path) => chmodSync(path, 0o602), /can be written by everybody/, /^chmod go-w/],
    ["it belongs to another user", (path) => chownSync(path, 4242, 4242), /belongs to uid 4242/, /^chown -h root/],
    [
      "its folder belongs to another user",
      (_, directory) => chownSync(directory.path, 4242, 4242),
      /settings-\w+" belongs to uid 4242/,
      /^chown -h root/,
    ],
    [
      "it is reached by another user's link",
      (path, directory) => {
        mkdirSync(directory.file("real"));
        const target = directory.file("real", "settings.json");
        writeFileSync(target, "{}", { mode: 0o600 });
        Bun.spawnSync(["ln", "-sf", target, path]);
        Bun.spawnSync(["chown", "-h", "4242", path]);
        expect(lstatSync(path).uid).toBe(4242);
      },
      /belongs to uid 4242/,
      /^chown -h root/,
    ],
  ])("warns, and distrusts it, when %s", (_, make, reason, run) => {
    const { warnings, distrust } = access(make);
    expect(warnings).toMatchObject([
      {
        message: "Others can change the settings file",
        facts: { reason: expect.stringMatching(reason), run: expect.stringMatching(run) },
      },
    ]);
    expect(distrust?.reason).toMatch(reason);
  });

  test("makes one warning of both, with both commands", () => {
    const { warnings } = access((path) => chmodSync(path, 0o666));
    expect(warnings).toMatchObject([{ message: "Others can change and read the secret in the settings file" }]);
    expect(warnings[0]?.facts["run"]).toMatch(/^chmod go-w ".*"; chmod go-r ".*"$/);
  });

  test("trusts root's link to root's file", () => {
    const judged = access((path, directory) => {
      renameSync(path, directory.file("version-7.json"));
      symlinkSync("version-7.json", path);
    });
    expect(judged).toEqual({ warnings: [] });
  });
});

describe("loadConfig() of a settings file that others can change", () => {
  const path = "/etc/settings.json";
  const distrust = {
    path,
    ownerUid: 4242,
    reason: `"${path}" belongs to uid 4242, root wanted`,
    remedy: `chown root "${path}"`,
  };
  const warnings = [{ message: "Others can change the settings file", facts: { path } }];

  function problems(collector: object, { flags = {}, enabled = true, isDistrusted = true } = {}): string[] {
    const content = { telemetry: { enabled, collector } };
    const settingsFile = { path, content, access: isDistrusted ? { warnings, distrust } : { warnings } };
    try {
      const loaded = loadConfig({ ...placesOf({ flags }), settingsFile });
      expect(loaded.warnings).toEqual(warnings);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.message.split("\n");
      throw error;
    }
  }

  test("takes no program and no configuration for one from it", () => {
    const wanted = `wanted a settings file that root alone can change ("${path}" belongs to uid 4242, root wanted; run: chown root "${path}")`;
    expect(problems({ path: "/tmp/evil", config: ["/tmp/evil.yaml"] })).toEqual([
      `Cannot use telemetry.collector.path from settings file ${path}: /tmp/evil, ${wanted}`,
      `Cannot use telemetry.collector.config from settings file ${path}: /tmp/evil.yaml, ${wanted}`,
    ]);
    expect(problems({ environment: ["LD_PRELOAD"] })).toEqual([
      `Cannot use telemetry.collector.environment from settings file ${path}: LD_PRELOAD, ${wanted}`,
    ]);
  });

  test.each([
    ["with other keys only", {}, {}],
    ["with a flag instead", { path: "/tmp/evil" }, { flags: { "telemetry.collector.path": "/opt/otelcol" } }],
    ["when nothing is to be done", { path: "/tmp/evil" }, { enabled: false }],
    ["without a collector", { path: "/tmp/evil", enabled: false }, {}],
    ["when the agent is not root", { path: "/tmp/evil" }, { isDistrusted: false }],
  ])("goes on %s", (_, collector, given) => {
    expect(problems(collector, given)).toEqual([]);
  });
});
