import { describe, expect, test } from "bun:test";
import { launcherPrefix, probeWith } from "../../src/collector/launcher.ts";

describe.skipIf(process.platform === "win32")("launcherPrefix()", () => {
  test("takes what works, in its order", async () => {
    const probed: string[] = [];
    const prefix = await launcherPrefix(async ([program = ""]) => {
      probed.push(program);
      return program === "setpriv" || program === "choom";
    });
    expect(probed).toEqual(["setpriv", "nice", "ionice", "choom"]);
    expect(prefix).toEqual(["setpriv", "--pdeathsig", "TERM", "--", "choom", "-n", "500", "--"]);
  });

  test("is empty on a machine that has none of them", async () => {
    expect(await launcherPrefix(async () => false)).toEqual([]);
  });

  test("gives a prefix that really starts a program here, at the lower priority", async () => {
    const prefix = await launcherPrefix(probeWith({ PATH: Bun.env["PATH"] ?? "" }));
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
