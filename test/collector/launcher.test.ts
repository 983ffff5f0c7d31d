import { describe, expect, test } from "bun:test";
import { launcherFor, probeWith } from "../../src/collector/launcher.ts";

const OTHER = { uid: 60_801, gid: 60_801, groups: [4, 101] };
const PRIORITIES = ["nice", "-n", "10", "ionice", "-c", "3", "choom", "-n", "500", "--"];
const CHANGE = [
  "setpriv",
  "--reuid=60801",
  "--regid=60801",
  "--groups=4,101",
  "--no-new-privs",
  "--inh-caps=-all",
  "--ambient-caps=-all",
];
const DIES_WITH_US = ["setpriv", "--pdeathsig", "TERM", "--"];

describe.skipIf(process.platform === "win32")("launcherFor()", () => {
  test("lowers the priorities, then gives up every right, then binds its life to ours", async () => {
    expect(await launcherFor(OTHER, async () => true)).toEqual({
      prefix: [...PRIORITIES, ...CHANGE, "--bounding-set=-all", "--", ...DIES_WITH_US],
      changesUser: true,
    });
    expect(await launcherFor(undefined, async () => true)).toEqual({
      prefix: [...PRIORITIES, "setpriv", "--no-new-privs", "--", ...DIES_WITH_US],
      changesUser: true,
    });
  });

  test("takes what works", async () => {
    const launcher = await launcherFor(undefined, async ([program]) => program === "nice" || program === "choom");
    expect(launcher).toEqual({ prefix: ["nice", "-n", "10", "choom", "-n", "500", "--"], changesUser: true });
    expect(await launcherFor(undefined, async () => false)).toEqual({ prefix: [], changesUser: true });
  });

  test("changes the user also where the bounding set must stay", async () => {
    const { prefix, changesUser } = await launcherFor(OTHER, async (words) => !words.includes("--bounding-set=-all"));
    expect(changesUser).toBe(true);
    expect(prefix.join(" ")).toContain([...CHANGE, "--"].join(" "));
  });

  test("says so when the user cannot be changed, and still takes what works", async () => {
    const launcher = await launcherFor(OTHER, async (words) => !words.some((word) => word.startsWith("--reuid")));
    expect(launcher).toEqual({
      prefix: [...PRIORITIES, "setpriv", "--no-new-privs", "--", ...DIES_WITH_US],
      changesUser: false,
    });
  });

  test("gives a prefix that really starts a program here, at the lower priority", async () => {
    const { prefix } = await launcherFor(undefined, probeWith({ PATH: Bun.env["PATH"] ?? "" }));
    expect(prefix).toContain("nice");
    const child = Bun.spawnSync([...prefix, "nice"]);
    expect(Number(child.stdout.toString())).toBeGreaterThanOrEqual(10);
  });
});

describe("probeWith()", () => {
  const probe = probeWith({ PATH: Bun.env["PATH"] ?? "" });

  test("tells success from failure and from absence", async () => {
    expect(await probe(["true"])).toBe(true);
    expect(await probe(["false"])).toBe(false);
    expect(await probe(["no-such-program"])).toBe(false);
  });
});
