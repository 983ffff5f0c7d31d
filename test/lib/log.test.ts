import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { TempDir } from "../support/temp-dir.ts";

const LOG = join(import.meta.dir, "../../src/lib/log.ts");

/** Runs `body` with the log configured, in a process of its own, and returns what it wrote to standard error. */
async function stderrOf(format: string, body: string): Promise<string> {
  const script = `const { configureLog, logOf, flushLog } = await import(${JSON.stringify(LOG)});
    configureLog("info", ${JSON.stringify(format)}); const log = logOf("ring"); ${body}; await flushLog(1000); process.exit();`;
  const child = Bun.spawn([process.execPath, "-e", script], { stderr: "pipe" });
  return child.stderr.text();
}

describe("logOf()", () => {
  test("writes one line of text a message", async () => {
    const text = await stderrOf(
      "text",
      'log.warn("Full", { stream: "logs", lines: 3 }); log.debug("no"); log.info("a\\nb")',
    );
    expect(text).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z WARN {2}ring: Full stream="logs" lines=3\n\S+ INFO {2}ring: a\\nb\n$/,
    );
  });

  test("writes one JSON object a message", async () => {
    const text = await stderrOf("json", 'log.error("Full", { lines: 3 })');
    expect(JSON.parse(text)).toMatchObject({ level: "ERROR", message: "Full", properties: { lines: 3 } });
  });

  test.each(["text", "json"])("shows no secret in %s, in whatever it is told", async (format) => {
    const mask = join(import.meta.dir, "../../src/lib/mask.ts");
    const text = await stderrOf(
      format,
      `const { keepSecret } = await import(${JSON.stringify(mask)}); keepSecret("hush-hush-hush-hush");
       const error = new Error("hush-hush-hush-hush"); const list = [{ deep: ["x hush-hush-hush-hush"] }];
       log.info("says hush-hush-hush-hush", { error, list, "hush-hush-hush-hush": 1, url: "https://h/k?x=hidden#y" });`,
    );
    expect(text).toContain("***");
    expect(text).not.toMatch(/hush-hush|hidden/);
  });

  test("cuts long texts, and no secret at the cut", async () => {
    const mask = join(import.meta.dir, "../../src/lib/mask.ts");
    const text = await stderrOf(
      "text",
      `const { keepSecret } = await import(${JSON.stringify(mask)}); keepSecret("hush-hush-hush-hush");
       log.info("Long", { at: "x".repeat(4090) + "hush-hush-hush-hush" + "y".repeat(10_000) });`,
    );
    expect(text).toMatch(/ at="x{4090}\*\*\*yyy…"\n$/);
  });

  test.each([
    ["text", 'said="a\\n2026 WARN forged\\r\\u001b[31mred\\u202eevil\\u2028line\\u0085\\u200bend"'],
    ["json", '"said":"a\\n2026 WARN forged\\r\\u001b[31mred\\u202eevil\\u2028line\\u0085\\u200bend"'],
  ])("lets nobody forge a line of %s", async (format, expected) => {
    const said = "a\n2026 WARN forged\r\u001b[31mred\u202eevil\u2028line\u0085\u200bend";
    const text = await stderrOf(format, `log.info("Heard", { said: ${JSON.stringify(said)} })`);
    expect(text).toContain(expected);
    expect(text.match(/[\p{Cc}\p{Cf}\p{Zl}]/gu)).toEqual(["\n"]);
  });

  test("does no work for what is not logged", async () => {
    const text = await stderrOf(
      "text",
      'const never = { get asked() { throw new Error("asked"); } }; log.debug("no", never); log.info("yes");',
    );
    expect(text).toEndWith(" ring: yes\n");
  });

  test("does not wait for a reader that stalls, and says what it has dropped", async () => {
    const script = `const { configureLog, logOf, flushLog } = await import(${JSON.stringify(LOG)});
      configureLog("info", "text"); const log = logOf("ring"); const text = "x".repeat(1000);
      for (let n = 0; n < 500; n++) log.info(text);
      await Bun.write(Bun.stdout, "through\\n"); await flushLog(2000); log.info("the end"); await flushLog(2000);`;
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "pipe" });
    expect(new TextDecoder().decode((await child.stdout.getReader().read()).value)).toBe("through\n");
    const text = await child.stderr.text();
    expect(text).toMatch(/\(\d+ log lines dropped: nobody read them\)\n/);
    expect(text).toEndWith("the end\n");
  });

  test("survives a reader that has gone", async () => {
    using directory = new TempDir();
    const gone = directory.file("gone");
    Bun.spawnSync(["mkfifo", gone]);
    const child = Bun.spawn(
      [
        "sh",
        "-c",
        // The reader closes its end of the pipe, and says so in a FIFO.
        `"$0" -e "$1" "$2" 2>&1 >&3 | { exec <&-; echo > "$2"; }`,
        process.execPath,
        `const { configureLog, logOf, flushLog } = await import(${JSON.stringify(LOG)});
         await Bun.file(process.argv[1]).text();
         configureLog("info", "text"); logOf("ring").info("x"); await flushLog(1000);
         logOf("ring").info("y"); await flushLog(1000); await Bun.write(Bun.file(3), "alive");`,
        gone,
      ],
      { stdio: ["ignore", "ignore", "ignore", "pipe"] },
    );
    const fd = child.stdio[3];
    expect(typeof fd).toBe("number");
    expect(await Bun.file(Number(fd)).text()).toBe("alive");
  });
});
