import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hideRuntimeVariables } from "../../src/executable/hide-runtime-variables.ts";
import { STUBS } from "../../src/executable/stubs.ts";
import { built, needs } from "../support/built.ts";
import { TempDir } from "../support/temp-dir.ts";

const agentOnly = needs("executable");
const isLinux = process.platform === "linux";

// What it does to a running agent is in test/security/start-environment.test.ts.
describe("hideRuntimeVariables()", () => {
  test.each([
    ["a file that is no ELF file", Buffer.alloc(4096), /no ELF file/],
    ["another machine", elfHeader(3), /machine 3 in the ELF header, x64 or arm64 wanted/],
    ["a file without the runtime", elfHeader(62), /no symbol napi_get_all_property_names/],
  ])("throws at %s", (_, file, message) => {
    expect(() => hideRuntimeVariables(file)).toThrow(message);
  });

  test.skipIf(agentOnly.missing || !isLinux)(agentOnly.title("throws at a file that it has changed already"), () => {
    expect(() => hideRuntimeVariables(readFileSync(built("executable")))).toThrow(/hides them already/);
  });
});

/** What the tools of each machine begin with where they are those of another one. */
const MACHINES = [
  { number: 62, name: "x64", arch: "x64", cross: "x86_64-linux-gnu-" },
  { number: 183, name: "arm64", arch: "arm64", cross: "aarch64-linux-gnu-" },
] as const;

describe("STUBS", () => {
  for (const { number, name, arch, cross } of MACHINES) {
    const prefix = process.arch === arch ? "" : cross;
    const isMissing = Bun.which(`${prefix}as`) === null;
    const title = `${name}: the code is what its text says${isMissing ? ` (skipped: ${prefix}as is missing)` : ""}`;
    test.skipIf(isMissing)(title, () => {
      using directory = new TempDir("stub");
      const source = directory.file("stub.s");
      const object = directory.file("stub.o");
      const binary = directory.file("stub.bin");
      writeFileSync(source, sourceOf(name));
      run(`${prefix}as`, source, "-o", object);
      run(`${prefix}objcopy`, "-O", "binary", "-j", ".text", object, binary);
      const { code = "", jump } = STUBS.get(number) ?? {};
      const bytes = Buffer.concat([Buffer.from(code.replaceAll(/\s/g, ""), "hex"), jump?.(1 << 20) ?? Buffer.alloc(0)]);
      expect(readFileSync(binary).toString("hex")).toBe(bytes.toString("hex"));
    });
  }
});

/** The text in the comment above the code, its last instruction a jump of 1 MiB. */
function sourceOf(name: string): string {
  const file = readFileSync(join(import.meta.dir, "../../src/executable/stubs.ts"), "utf8");
  const text = new RegExp(String.raw`/\* ${name}.*\n([\s\S]*?)\*/`).exec(file)?.[1] ?? "";
  const syntax = name === "x64" ? ".intel_syntax noprefix\n" : "";
  return syntax + text.replace("the program's entry", ". + 0x100000");
}

function run(...command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command, { stderr: "pipe" });
  expect(exitCode, stderr.toString()).toBe(0);
}

/** An ELF header without segments, sections and symbols. */
function elfHeader(machine: number): Uint8Array {
  const header = Buffer.alloc(64);
  header.write("\x7fELF", "latin1");
  header.writeUInt16LE(machine, 18);
  return header;
}
