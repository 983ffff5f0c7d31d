/** The commands and queries of README.md and of the pages, typed as they are printed. Only paths and ports are the test's. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json";
import { TOPICS } from "../../src/help/topics.ts";
import { Agent } from "../support/agent.ts";
import { built, needs } from "../support/built.ts";
import { Child } from "../support/child.ts";
import { codeBlocks } from "../support/code-blocks.ts";
import { duckDbRows } from "../support/duckdb.ts";
import { expectStop } from "../support/steps.ts";
import { WarpbuildStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";

setDefaultTimeout(60_000);

const agentOnly = needs("executable");
const withStore = needs("executable", "s3");
const withCollector = needs("executable", "collector");
const hasCurl = Bun.which("curl") !== null;

const PAGES = ["README.md", ...TOPICS.flatMap(({ name, file }) => (file === undefined ? [`src/help/${name}.md`] : []))];
const [START = "", SEND = "", INSTALL = ""] = codeBlocks("README.md", "bash");
const [INSTALL_AGAIN = "", RESERVE = "", UNINSTALL = ""] = codeBlocks("src/help/operations.md", "bash");
const [EXPORTER = "", JQ = "", REPLAY = ""] = codeBlocks("src/help/data.md", "bash");
const [ALLOCATION = "", UPLOAD_URL = "", PUT = ""] = codeBlocks("src/help/warpbuild-api.md", "bash");
const [FLEET = ""] = codeBlocks("src/help/fleet.md", "bash");
const [REPORT = ""] = codeBlocks("src/help/reports.md", "bash");
const [ADD = ""] = codeBlocks("src/help/library.md", "bash");
const [KEYS = ""] = codeBlocks("src/help/destinations.md", "bash");
const HOOKS = codeBlocks("src/help/hooks-and-marks.md", "bash");
const SUMMARY = codeBlocks("src/help/summaries.md", "bash");

/** Blocks that are run elsewhere: at a terminal, by the real exporters, in a project of its own, by tests of their own. */
const ELSEWHERE = [START, EXPORTER, ADD, KEYS, ...HOOKS, ...SUMMARY];
const RUN_HERE = [
  SEND,
  INSTALL,
  INSTALL_AGAIN,
  RESERVE,
  UNINSTALL,
  JQ,
  REPLAY,
  ALLOCATION,
  UPLOAD_URL,
  PUT,
  FLEET,
  REPORT,
];

test("every block of commands in README.md and the pages is known to this test", () => {
  const blocks = PAGES.flatMap((page) => codeBlocks(page, "bash"));
  expect(blocks.toSorted()).toEqual([...ELSEWHERE, ...RUN_HERE].toSorted());
});

test("what README.md starts with npx is a script of package.json, with the Bun that it wants", () => {
  const commands = [...`${START}${INSTALL}`.matchAll(/^npx bun@(\S+) (?:run )?(\S+)$/gm)];
  expect(commands.map(([, , script]) => script)).toEqual(["start", "build", "build:collector"]);
  for (const [, version, script = ""] of commands) {
    expect(version).toBe(packageJson.engines.bun);
    expect(Object.keys(packageJson.scripts)).toContain(script);
  }
});

describe.skipIf(agentOnly.missing || !hasCurl)(agentOnly.title("trying it, as in README.md"), () => {
  test("curl's record is in an object that DuckDB and jq read, and status says that all is well", async () => {
    await using folder = await TempDir.create("try");
    const baseDirectory = folder.file("warp-telemetry-data");
    const flags = ["--no-collector"];
    await using agent = await Agent.start({ executable: built("executable"), baseDirectory, flags });
    const port = String(agent.port);
    const script = SEND.replace("33931", port).replace("warp-telemetry status", `warp-telemetry status --port ${port}`);
    const said = await shell(script, folder);
    expect(said).toStartWith("{}");
    expect(said).toMatch(/^(\{\})?healthy /m);
    await expectStop(agent);

    const query = codeBlocks("src/help/data.md", "sql").find((sql) => sql.includes(".logs.log"));
    const rows = await duckDbRows((query ?? "").replace("warp-telemetry-data", baseDirectory));
    expect(rows).toEqual([{ time: "2026-11-27 00:00:00", host: "runner-1", text: "hello" }]);
    if (Bun.which("jq") !== null) expect(await shell(JQ, folder)).toBe("hello\n");

    await using endpoint = await Agent.start({
      executable: built("executable"),
      baseDirectory: folder.file("other"),
      flags,
    });
    expect(await shell(REPLAY.replace("4318", String(endpoint.port)), folder)).toContain(
      "Sent 1 requests of 1 objects",
    );
    const [ofFolder = ""] = REPORT.split("\n");
    expect(await shell(`${ofFolder} 2>&1`, folder)).toContain("Wrote report.html");
  });
});

test.skipIf(agentOnly.missing)(
  agentOnly.title("the views of a fleet, as on its page, are a file for DuckDB"),
  async () => {
    await using folder = await TempDir.create("fleet");
    // A duckdb that says what it was given: test/fleet asks the real one.
    await shell(FLEET.replace(/^duckdb /m, "echo > asked "), folder);
    expect(await Bun.file(folder.file("asked")).text()).toBe("-init fleet.sql\n");
    expect(await Bun.file(folder.file("fleet.sql")).text()).toContain("CREATE OR REPLACE VIEW spans");
  },
);

describe.skipIf(withCollector.missing)(withCollector.title("putting it on an image, as in README.md"), () => {
  test.each([
    ["README.md", INSTALL],
    ["the page about operations", INSTALL_AGAIN],
  ])("the commands of %s install two programs and a unit that systemd understands", async (_, script) => {
    await using image = await TempDir.create("image");
    for (const path of ["etc/systemd/system", "etc/sysctl.d", "usr/local/lib", "var/lib/warp-telemetry"]) {
      mkdirSync(image.file(path), { recursive: true });
    }
    await onImage(script, image);
    await onImage(RESERVE, image);
    expect(readdirSync(image.file("usr/local/lib/warp-telemetry")).toSorted()).toEqual(["otelcol", "warp-telemetry"]);
    const unit = image.file("etc/systemd/system/warp-telemetry.service");
    const text = await Bun.file(unit).text();
    const program = image.file("usr/local/lib/warp-telemetry/warp-telemetry");
    expect(text).toContain("ExecStart=/usr/local/lib/warp-telemetry/warp-telemetry --settings ");
    expect(await Bun.file(image.file("etc/sysctl.d/90-warp-telemetry.conf")).text()).toContain("33931");
    if (Bun.which("systemd-analyze") !== null) {
      writeFileSync(
        unit,
        text.replace("ExecStart=/usr/local/lib/warp-telemetry/warp-telemetry", `ExecStart=${program}`),
      );
      expect(await shell(`systemd-analyze verify '${unit}' 2>&1`, image)).toBe("");
    }

    await onImage(UNINSTALL, image);
    const left = [unit, image.file("usr/local/lib/warp-telemetry"), image.file("var/lib/warp-telemetry")];
    expect(left.filter(existsSync)).toEqual([]);
  });
});

describe.skipIf(withStore.missing || !hasCurl)(withStore.title("the WarpBuild API, as on its page"), () => {
  test("both questions and the upload work with a stand-in of the API and a real store", async () => {
    await using store = await WarpbuildStore.start(built("s3"));
    await using folder = await TempDir.create("api");
    writeFileSync(folder.file("20261126-101500.metrics.log"), "{}\n");
    const variables = `SECRET='${store.api.secret}'`;
    const ask = (script: string): Promise<string> =>
      shell(`${variables}; ${script.replaceAll("https://backend.example/api/v1", store.api.hostUrl)}`, folder);
    const [details, answer] = codeBlocks("src/help/warpbuild-api.md", "json").slice(1);
    expect(JSON.parse(await ask(ALLOCATION))).toMatchObject(JSON.parse(details ?? ""));
    const { url } = JSON.parse(await ask(UPLOAD_URL));
    expect(Object.keys(JSON.parse(answer ?? ""))).toEqual(["url"]);
    expect(await ask(`URL='${url}'; ${PUT}`)).toBe("");
    expect((await store.objects()).get("20261126-101500.metrics.log")).toEqual(Buffer.from("{}\n"));
  });
});

/** Runs a block with the folders of an image instead of this machine's. What a service manager does is left out. */
async function onImage(script: string, image: TempDir): Promise<void> {
  const lines = script.split("\n").filter((line) => !/^(npx|systemctl) /.test(line));
  const moved = lines.map((line) => line.replaceAll(/(?<= )\/(?=(etc|usr|var)\/)/g, `${image.path}/`));
  await shell(moved.join("\n"), image);
}

/** Runs a block in `folder` with `dist/` beside it; answers what it printed. */
async function shell(script: string, folder: TempDir): Promise<string> {
  const dist = join(import.meta.dir, "../../dist");
  const text = `set -e\n${script.replaceAll(/(?<![\w/])dist\//g, `${dist}/`).replaceAll("curl ", "curl -sS --fail-with-body ")}`;
  await using child = new Child(["sh", "-c", text], { directory: folder.path });
  const { code } = await child.ended(20_000);
  expect(code, child.output).toBe(0);
  return child.output;
}
