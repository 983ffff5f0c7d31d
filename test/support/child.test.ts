import { expect, test } from "bun:test";
import { join } from "node:path";
import { Child } from "./child.ts";
import { eventually } from "./eventually.ts";
import { isAlive } from "./is-alive.ts";

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "a child does not outlive a program that %s ends",
  async (signal) => {
    const program = `
    const { Child } = await import(${JSON.stringify(join(import.meta.dir, "child.ts"))});
    console.log("pid " + new Child(["sleep", "60"]).pid);`;
    await using parent = new Child([process.execPath, "-e", program]);
    const pid = Number((await parent.said(/pid (\d+)\n/))[1]);
    expect(isAlive(pid)).toBe(true);
    parent.signal(signal);
    await eventually("its end", () => !isAlive(pid));
  },
);
