/** What `validate` says of a machine that has not what `run` needs. */
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { CliContext } from "../../../src/cli/context.ts";
import { built, needs } from "../../support/built.ts";
import { Child } from "../../support/child.ts";
import { freePort } from "../../support/free-port.ts";
import { S3Store, WarpbuildStore } from "../../support/stores.ts";
import { TempDir } from "../../support/temp-dir.ts";
import { WarpbuildApi } from "../../support/warpbuild-api.ts";
import { cli, type CliRun } from "../context.ts";

setDefaultTimeout(60_000);

const collector = needs("collector");
const bucket = needs("executable", "s3");
const noWindows = process.platform === "win32";

const { TMPDIR } = process.env;
afterEach(() => {
  if (TMPDIR === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = TMPDIR;
});

/** In a directory of its own, which `base` is in. */
function validate(directory: TempDir, flags: readonly string[], given: Partial<CliContext> = {}): Promise<CliRun> {
  const argv = ["validate", "--base-directory", directory.file("base"), ...flags];
  return cli(argv, { workingDirectory: directory.path, ...given });
}

/** A program in the place of the collector, which does as `script` says. */
function program(directory: TempDir, script: string, mode = 0o755): string {
  const path = directory.file("program");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, mode);
  chmodSync(directory.path, 0o755);
  return path;
}

describe("validate of folders", () => {
  test.each<[string, string, (path: string) => unknown, string]>([
    ["--base-directory", "base_directory", (path) => writeFileSync(path, ""), "is no folder"],
    ["--destination", "destination", (path) => writeFileSync(path, ""), "is no folder"],
    ["--base-directory", "base_directory", (path) => symlinkSync("nowhere", path), "is a link to nowhere"],
    ["--destination", "destination", (path) => symlinkSync("nowhere", path), "is a link to nowhere"],
  ])("%s: exit 2 when %s cannot be made", async (flag, key, make, problem) => {
    using directory = new TempDir();
    const path = directory.file("taken");
    make(path);
    const { code, out, err } = await validate(directory, ["--no-collector", flag, `${path}/deep`]);
    expect([code, out]).toEqual([2, expect.stringMatching(/^telemetry\.port /m)]);
    expect(err).toBe(
      `Cannot use telemetry.${key} "${path}/deep": "${path}" ${problem}, a folder that can be made or written wanted; ` +
        `name another with ${flag}\n`,
    );
  });

  test("makes none", async () => {
    using directory = new TempDir();
    const { code, err } = await validate(directory, ["--no-collector", "--destination", "objects"]);
    expect([code, err]).toEqual([0, ""]);
    expect(readdirSync(directory.path)).toEqual([]);
  });
});

describe.skipIf(noWindows)("validate of the collector", () => {
  test("ends with 2 when there is none, and says where it was looked for", async () => {
    using directory = new TempDir();
    const { code, err } = await validate(directory, []);
    expect(code).toBe(2);
    expect(err).toMatch(/^Cannot find the collector: looked for "\/nowhere\/otelcol", .*--no-collector\n$/);
    expect(await validate(directory, [], { variables: { WARP_TELEMETRY_ENABLED: "false" } })).toMatchObject({
      code: 0,
    });
  });

  test("ends with 2 when the one that is named is not there, or may not be run", async () => {
    using directory = new TempDir();
    const missing = await validate(directory, ["--collector-path", "program"]);
    expect([missing.code, missing.err]).toEqual([
      2,
      expect.stringContaining(`looked for "${directory.file("program")}"`),
    ]);
    const path = program(directory, "exit 0", 0o644);
    const closed = await validate(directory, ["--collector-path", path]);
    expect(closed.code).toBe(2);
    expect(closed.err).toContain(`Cannot use telemetry.collector.path "${path}": it may not be run`);
    expect(closed.err).toContain(`run: chmod +x "${path}"`);
  });

  test.each<[string, (path: string) => unknown, RegExp]>([
    ["is not there", () => {}, /Cannot use telemetry\.collector\.config ".*": ENOENT/],
    ["is a folder", (path) => mkdirSync(path), /Cannot use ".*": it is no regular file/],
    ["is a named pipe", (path) => Bun.spawnSync(["mkfifo", path]), /Cannot use ".*": it is no regular file/],
  ])("ends with 2 when an overlay %s", async (_, make, message) => {
    using directory = new TempDir();
    make(directory.file("mine.yaml"));
    const path = program(directory, "exit 0");
    const { code, err } = await validate(directory, ["--collector-path", path, "--collector-config", "mine.yaml"]);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
  });

  test("asks the program with the files that a start would give it, and leaves nothing behind", async () => {
    using directory = new TempDir();
    const temporary = directory.file("tmp");
    mkdirSync(temporary);
    process.env["TMPDIR"] = temporary;
    writeFileSync(directory.file("mine.yaml"), "# of mine\n");
    const script =
      'echo "$1"; for file in "$@"; do case $file in --config=*) cat "${file#--config=file:}";; esac; done; exit 7';
    const path = program(directory, script);
    const { code, err } = await validate(directory, ["--collector-path", path, "--collector-config", "mine.yaml"]);
    expect(code).toBe(2);
    expect(err).toMatch(
      /^Cannot run the collector ".*program": exit code 7 after .* lines of output: .*# of mine; correct ".*mine.yaml"\n$/,
    );
    expect(readdirSync(temporary).filter((name) => name.includes("validate"))).toEqual([]);
    expect(existsSync(directory.file("base"))).toBe(false);
    const fine = await validate(directory, ["--collector-path", program(directory, '[ "$1" = validate ]')]);
    expect(fine).toMatchObject({ code: 0, err: "" });
  });
});

describe.skipIf(collector.missing)(collector.title("validate with a real collector"), () => {
  test("lets pass what it can use, and says what it cannot", async () => {
    using directory = new TempDir();
    const given = { executableDirectory: dirname(built("collector")) };
    writeFileSync(directory.file("good.yaml"), "exporters: { file/mine: { path: /dev/null } }\n");
    writeFileSync(directory.file("bad.yaml"), "receivers: { no_such_receiver: {} }\n");
    writeFileSync(directory.file("none.yaml"), "receivers: [\n");
    expect(await validate(directory, [], given)).toMatchObject({ code: 0, err: "" });
    expect(await validate(directory, ["--collector-config", "good.yaml"], given)).toMatchObject({ code: 0, err: "" });
    const bad = await validate(directory, ["--collector-config", "bad.yaml"], given);
    expect([bad.code, bad.err]).toEqual([2, expect.stringContaining("no_such_receiver")]);
    expect(bad.err).toContain(`; correct "${directory.file("bad.yaml")}"`);
    expect(await validate(directory, ["--collector-config", "none.yaml"], given)).toMatchObject({ code: 2 });
  });
});

describe("validate --online", () => {
  const ONLINE = ["--no-collector", "--online"];

  test("asks the WarpBuild API, which has to know the runner", async () => {
    using directory = new TempDir();
    await using api = new WarpbuildApi({ presign: () => "http://127.0.0.1:9/none" });
    const variables = {
      WARP_TELEMETRY_AGENT_ID: api.id,
      WARP_TELEMETRY_AGENT_POLLING_SECRET: api.secret,
      WARP_TELEMETRY_AGENT_HOST_URL: api.hostUrl,
    };
    expect(await validate(directory, ["--no-collector"], { variables })).toMatchObject({ code: 0 });
    expect(api.requests).toHaveLength(0);
    expect(await validate(directory, ONLINE, { variables })).toMatchObject({ code: 0, err: "" });
    const wrong = { ...variables, WARP_TELEMETRY_AGENT_POLLING_SECRET: "not-it" };
    const refused = await validate(directory, ONLINE, { variables: wrong });
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/^Cannot reach the destination warpbuild: the API answered .*; check agent\.host_url/);
    const away = { ...variables, WARP_TELEMETRY_AGENT_HOST_URL: `http://127.0.0.1:${await freePort()}` };
    expect((await validate(directory, ONLINE, { variables: away })).err).toContain("the API could not be asked");
  });

  test("has nobody to ask where objects stay on the machine", async () => {
    using directory = new TempDir();
    for (const destination of ["objects", "discard:"]) {
      expect(await validate(directory, [...ONLINE, "--destination", destination])).toMatchObject({ code: 0, err: "" });
    }
  });
});

// AWS's libraries read the variables of their own process.
describe.skipIf(bucket.missing)(bucket.title("validate --online of a bucket"), () => {
  test("stores nothing, and names what is wrong", async () => {
    using directory = new TempDir();
    await using store = await S3Store.start(built("s3"));
    const online = async (flags: readonly string[], variables: Readonly<Record<string, string>> = {}) => {
      const command = [built("executable"), "validate", "--no-collector", "--online", ...flags];
      const environment = { ...store.environment, ...variables };
      await using child = new Child(command, { environment, directory: directory.path });
      const { code } = await child.ended(30_000);
      return [
        code,
        child.output
          .split("\n")
          .filter((line) => line.startsWith("Cannot "))
          .join("\n"),
      ];
    };
    expect(await online(store.flags)).toEqual([0, ""]);
    expect([...(await store.objects())]).toEqual([]);
    const absent = /^Cannot reach the destination s3:\/\/no-such-bucket-here\/ci .*no such bucket; Create the bucket/;
    expect(await online(["--destination", "s3://no-such-bucket-here/ci"])).toEqual([2, expect.stringMatching(absent)]);
    const wrong = { AWS_SECRET_ACCESS_KEY: "wrong" };
    expect(await online(store.flags, wrong)).toEqual([2, expect.stringContaining("the credentials were refused")]);
    await store.goAway();
    expect(await online(store.flags)).toEqual([2, expect.stringContaining("Cannot reach the destination s3://")]);
  });

  test("asks the WarpBuild API only, where it hands out the addresses", async () => {
    using directory = new TempDir();
    await using store = await WarpbuildStore.start(built("s3"));
    await store.goAway();
    expect(await validate(directory, ["--no-collector", "--online", ...store.flags])).toMatchObject({ code: 0 });
  });
});
