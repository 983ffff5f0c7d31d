/** The package as another program uses it: added from the checkout, checked by its compiler, run by its Bun. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type * as Declared from "../src/library-types.d.ts";
import * as library from "../src/library.ts";
import { codeBlocks } from "./support/code-blocks.ts";
import { TempDir } from "./support/temp-dir.ts";

setDefaultTimeout(60_000);

const ROOT = join(import.meta.dir, "..");

test("the declared types fit the source", () => {
  // The compiler checks this line: the source may be used as it is declared.
  const declared: typeof Declared = library;
  expect(Object.keys(declared).toSorted()).toEqual(["ConfigError", "StartError", "createManager"]);
});

test("a program that adds the checkout compiles and runs the example of its page", async () => {
  await using project = await TempDir.create("library");
  await Bun.write(
    project.file("package.json"),
    JSON.stringify({
      name: "program",
      private: true,
      type: "module",
      dependencies: { "warp-telemetry": `file:${ROOT}` },
    }),
  );
  await Bun.write(
    project.file("tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        module: "Preserve",
        lib: ["ESNext"],
        types: [`${ROOT}/node_modules/bun-types`],
      },
      include: ["*.ts"],
    }),
  );
  const settings = `const settings = { telemetry: { port: 0, base_directory: "data", destination: "discard:", collector: { enabled: false } } };`;
  const [example = ""] = codeBlocks("src/help/library.md", "ts");
  const program = example.replace(/^const settings = \{.*?^\};$/ms, settings);
  expect(program).toContain(settings);
  await Bun.write(project.file("main.ts"), program);

  add(project);
  expect(bun(project, "check")).toMatchObject({ code: 0 });
  const { code, output } = bun(project, "main.ts");
  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/is_running: true/) });
});

/** From the local cache alone; a machine whose cache has only what the lock file names gets a link instead. */
function add(project: TempDir): void {
  if (bun(project, "install", "--offline").code === 0) return;
  mkdirSync(project.file("node_modules"), { recursive: true });
  symlinkSync(ROOT, project.file("node_modules/warp-telemetry"));
}

function bun(project: TempDir, ...args: readonly string[]): { readonly code: number; readonly output: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([process.execPath, ...args], { cwd: project.path });
  return { code: exitCode, output: `${stdout.toString()}${stderr.toString()}` };
}
