import { describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, symlinkSync } from "node:fs";
import { KernelLog } from "../../src/events/kernel-log.ts";
import { isGlibcLinux } from "../../src/lib/libc.ts";
import { FakeHost } from "../host/fake-host.ts";
import { kmsg } from "./support.ts";

const KMSG = "dev/kmsg";

/** The texts that are new. */
function textsOf(log: KernelLog): string[] {
  const texts: string[] = [];
  log.read(({ text }) => texts.push(text));
  return texts;
}

function opened(root: string): KernelLog {
  const log = KernelLog.open(root);
  if (log === undefined) throw new Error(`Cannot open ${root}/dev/kmsg`);
  return log;
}

describe.skipIf(!isGlibcLinux())("KernelLog", () => {
  test("reads what is new, from where it was told to begin", () => {
    using host = new FakeHost({ [KMSG]: kmsg("old") });
    const log = opened(host.root);
    log.skip();
    expect(textsOf(log)).toEqual([]);
    appendFileSync(`${host.root}/${KMSG}`, kmsg("one") + kmsg("two"));
    expect(textsOf(log)).toEqual(["one", "two"]);
    expect(textsOf(log)).toEqual([]);
    log.close();
  });

  test("reads the past, when it is asked to, with the kernel's times", () => {
    using host = new FakeHost({ [KMSG]: kmsg("old", { timeUs: 77 }) });
    const log = opened(host.root);
    const seen: unknown[] = [];
    log.readHistory((message) => seen.push(message));
    expect(seen).toEqual([{ timeUs: 77, text: "old" }]);
    log.close();
  });

  test("leaves out what programs have written, and the lines that describe a message", () => {
    using host = new FakeHost({
      [KMSG]: `${kmsg("of a program", { priority: 14 })}${kmsg("of the kernel")} SUBSYSTEM=pci\n DEVICE=+pci:0000:00\nno message\n`,
    });
    const log = opened(host.root);
    expect(textsOf(log)).toEqual(["of the kernel"]);
    log.close();
  });

  test("joins a line that comes in two pieces", () => {
    using host = new FakeHost({ [KMSG]: "" });
    const log = opened(host.root);
    const line = kmsg("in two pieces");
    appendFileSync(`${host.root}/${KMSG}`, line.slice(0, 12));
    expect(textsOf(log)).toEqual([]);
    appendFileSync(`${host.root}/${KMSG}`, line.slice(12));
    expect(textsOf(log)).toEqual(["in two pieces"]);
    log.close();
  });

  test("does not wait for a pipe in which nothing is", () => {
    using host = new FakeHost();
    mkdirSync(`${host.root}/dev`);
    expect(Bun.spawnSync(["mkfifo", `${host.root}/${KMSG}`]).exitCode).toBe(0);
    const log = opened(host.root);
    expect(textsOf(log)).toEqual([]);
    log.skip();
    expect(textsOf(log)).toEqual([]);
    log.close();
  });

  test("is not opened through a link, or where nothing is", () => {
    using host = new FakeHost({ "dev/console": kmsg("of a console") });
    expect(KernelLog.open(host.root)).toBeUndefined();
    symlinkSync("console", `${host.root}/${KMSG}`);
    expect(KernelLog.open(host.root)).toBeUndefined();
  });
});
