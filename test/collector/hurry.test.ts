import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { hurryGroup } from "../../src/collector/hurry.ts";
import { eventually } from "../support/eventually.ts";

const isRoot = process.platform === "linux" && process.geteuid?.() === 0;

/** The nice value of every thread. */
function niceOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]);
  });
}

test.skipIf(!isRoot)("hurryGroup() gives every thread of the group the priority of everybody", async () => {
  const code = "setInterval(() => {}, 1000); new Worker('data:text/javascript,setInterval(()=>{},1000)')";
  const child = Bun.spawn(["nice", "-n", "10", process.execPath, "-e", code], { detached: true });
  await eventually("its threads", () => niceOf(child.pid).length > 3 && niceOf(child.pid).every((nice) => nice > 5));
  hurryGroup(child.pid, Bun.env["PATH"] ?? "");
  await eventually("all of them to be hurried", () => niceOf(child.pid).every((nice) => nice === 0));
  child.kill("SIGKILL");
});

test("hurryGroup() does without the tools", () => {
  expect(() => hurryGroup(1, "/nowhere")).not.toThrow();
});
