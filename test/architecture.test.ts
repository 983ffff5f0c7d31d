import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tableRows } from "./support/markdown-table.ts";

/** What each folder may import from `src/`, as the table of src/README.md says. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "main.ts": ["cli", "lib"],
  "library.ts": ["manager", "config"],
  "library-types.d.ts": [],
  "pipeline.ts": [],
  "job-pipeline.ts": ["pipeline.ts"],
  stats: ["pipeline.ts"],
  cli: [
    "config",
    "manager",
    "help",
    "home",
    "ring",
    "stored",
    "replay",
    "report",
    "summary",
    "page",
    "stats",
    "top",
    "lib",
    "pipeline.ts",
    "job-pipeline.ts",
  ],
  config: ["upload", "pipeline.ts", "lib"],
  manager: [
    "config",
    "home",
    "http",
    "ring",
    "upload",
    "backend",
    "collector",
    "runner",
    "job",
    "host",
    "events",
    "live",
    "stats",
    "lib",
    "pipeline.ts",
    "job-pipeline.ts",
  ],
  home: ["pipeline.ts", "lib"],
  http: ["otlp", "stats", "pipeline.ts", "job-pipeline.ts", "lib"],
  otlp: ["pipeline.ts", "lib"],
  ring: ["pipeline.ts", "lib"],
  upload: ["s3", "stats", "pipeline.ts", "lib"],
  s3: ["lib"],
  stored: ["s3", "pipeline.ts", "lib"],
  replay: ["stored", "pipeline.ts", "lib"],
  summary: ["live", "job-pipeline.ts", "lib"],
  report: ["stored", "live", "host", "pipeline.ts", "job-pipeline.ts", "lib"],
  backend: ["pipeline.ts", "lib"],
  collector: ["stats", "pipeline.ts", "lib"],
  job: ["stats", "pipeline.ts", "job-pipeline.ts", "lib"],
  runner: ["stats", "pipeline.ts", "job-pipeline.ts", "lib"],
  host: ["stats", "pipeline.ts", "job-pipeline.ts", "lib"],
  events: ["stats", "pipeline.ts", "job-pipeline.ts", "lib"],
  live: ["stats", "pipeline.ts", "job-pipeline.ts", "lib"],
  executable: [],
  page: ["live", "lib"],
  top: ["page", "live", "lib"],
  help: [],
  lib: [],
};

/** Packages, and the folders that may use them. A package that is not here may not be used at all. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  elysia: ["http"],
  protobufjs: ["otlp", "report"],
  "parse-duration": ["config"],
  "@logtape/logtape": ["lib"],
  "@sinclair/typebox": ["config", "home", "ring", "backend", "replay"],
  "@smithy/signature-v4": ["s3"],
  "@smithy/core": ["s3"],
  "@aws-sdk/client-s3": ["s3"],
  "@aws-sdk/credential-provider-node": ["s3"],
  uplot: ["page"],
  "eventsource-parser": ["top"],
};

/** Parts of the platform that only some folders may use. */
const BUILTINS: Readonly<Record<string, readonly string[]>> = {
  "bun:ffi": ["ring", "lib"],
  "bun:sqlite": ["home"],
  "node:child_process": [],
  "node:http": [],
  // Signals to a process group, which Bun's own kill does not reach.
  "node:process": ["collector"],
};

/** What only some folders may touch: a pattern, and where it may stand. */
const TOUCHES: readonly (readonly [what: string, pattern: RegExp, folders: readonly string[]])[] = [
  [
    "process, but for what never changes in it",
    /\bprocess\.(?!platform\b|arch\b|pid\b|geteuid\b|versions\b|getegid\b|getgroups\b)\w/,
    ["main.ts"],
  ],
  ["fetch", /(?<![.\w])fetch\(/, ["s3", "backend", "replay", "events", "cli"]],
  ["mapped memory", /Bun\.mmap\(/, ["ring"]],
  // The collector, and the pager that `help` shows its pages in.
  ["child processes", /Bun\.spawn(Sync)?\(/, ["collector", "cli"]],
];

const SOURCE = join(import.meta.dir, "../src");
const IMPORT = /^(?:import|export)\b(?:[^;"=]*?\bfrom)?\s*"([^"]+)"/gm;
const DYNAMIC_IMPORT = /\b(?:import|require)\(\s*"([^"]+)"\s*\)/g;

interface SourceFile {
  readonly path: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const FILES: readonly SourceFile[] = readdirSync(SOURCE, { recursive: true })
  .map(String)
  .filter((path) => path.endsWith(".ts"))
  .map((path) => {
    const text = readFileSync(join(SOURCE, path), "utf8");
    const imports = [...text.matchAll(IMPORT), ...text.matchAll(DYNAMIC_IMPORT)].map((match) => match[1] ?? "");
    return { path, folder: path.split("/")[0] ?? path, text, imports };
  });

/** The folder (or top-level file) of src/ that a relative import reaches; undefined when it leaves src/. */
function reached({ path }: SourceFile, specifier: string): string | undefined {
  const { pathname } = new URL(specifier, `file:///src/${path}`);
  return /^\/src\/([^/]+)/.exec(pathname)?.[1];
}

function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

describe("the import table", () => {
  test("names every folder of src/", () => {
    expect(FILES.length).toBeGreaterThan(50);
    expect([...new Set(FILES.map(({ folder }) => folder))].toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted());
  });

  test("is the one of src/README.md", () => {
    const readme = readFileSync(join(SOURCE, "README.md"), "utf8");
    const told = tableRows(readme, "## The folders").map(([folder = "", , imports = ""]) => {
      const names =
        imports === "–"
          ? []
          : imports.split(", ").map((name) => (/^(job-)?pipeline$/.test(name) ? `${name}.ts` : name));
      return [folder.replaceAll(/[`/]/g, ""), names.toSorted()] as const;
    });
    const held = Object.entries(MAY_IMPORT).filter(([folder]) => !folder.endsWith(".d.ts"));
    const sorted = held.map(([folder, names]) => [folder, names.toSorted()] as const);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(sorted));
  });

  test.each(FILES.map((file) => [file.path, file] as const))("%s imports what its folder may", (_, file) => {
    for (const specifier of file.imports) {
      if (/^(node|bun):|^bun$/.test(specifier)) {
        const folders = BUILTINS[specifier];
        if (folders !== undefined) expect(folders, `${file.path} imports ${specifier}`).toContain(file.folder);
        continue;
      }
      if (specifier.startsWith(".")) {
        const target = reached(file, specifier) ?? "outside src/";
        if (target !== file.folder)
          expect(MAY_IMPORT[file.folder], `${file.path} imports ${specifier}`).toContain(target);
        continue;
      }
      const name = packageOf(specifier);
      expect(PACKAGES[name] ?? [], `${file.path} imports ${name}`).toContain(file.folder);
    }
  });

  test.each(TOUCHES)("%s is touched only where it may be", (_, pattern, folders) => {
    const touching = FILES.filter(
      ({ text, path }) => pattern.test(withoutComments(text)) && !path.includes("distribution/"),
    );
    expect([...new Set(touching.map(({ folder }) => folder))].filter((folder) => !folders.includes(folder))).toEqual(
      [],
    );
  });
});

describe("the source", () => {
  test.each([
    ["any", /:\s*any\b|<any>|\bas any\b/],
    ["non-null assertions", /[\w)\]]!(?=[.;,)\]\s])(?!\s*=)/],
    ["enums", /^\s*(export\s+)?(const\s+)?enum\s/m],
    ["default exports", /^export default\b/m],
  ])("has no %s", (_, pattern) => {
    const found = FILES.filter(({ text }) => pattern.test(withoutComments(text))).map(({ path }) => path);
    expect(found).toEqual([]);
  });

  test("silences no types", () => {
    expect(FILES.filter(({ text }) => /@ts-(ignore|expect-error|nocheck)/.test(text)).map(({ path }) => path)).toEqual(
      [],
    );
  });

  test("logs no message that begins with a small letter", () => {
    const small = /\blog\.(?:debug|info|warn|error)\(\s*["`'][a-z]/;
    expect(FILES.filter(({ text }) => small.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test("has no file above 300 lines", () => {
    const long = FILES.filter(({ text }) => text.split("\n").length > 300).map(({ path }) => path);
    expect(long).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/(?<!:)\/\/.*$/gm, "")
    .replaceAll(/"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, '""');
}
