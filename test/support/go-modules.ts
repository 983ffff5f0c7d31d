import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Component, licenceFiles } from "./licence-files.ts";

const LIST = "{{with .Module}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}";
const GO_LANGUAGE = "Go";

/** The modules of which packages are in the collector, and Go's own library; `folder` has its `go.mod`. Runs Go. */
export async function goModules(folder: string): Promise<readonly Component[]> {
  const listed = go(folder, "list", "-deps", "-mod=readonly", "-f", LIST, ".");
  const modules = [...new Set(listed.split("\n").filter((line) => line.includes("\t")))].flatMap(
    (line): Component[] => {
      const [name = "", version = "", directory = ""] = line.split("\t");
      // The program itself has no version.
      return version === "" ? [] : [{ name, version, texts: licenceFiles(directory) }];
    },
  );
  const language = {
    name: GO_LANGUAGE,
    version: go(folder, "env", "GOVERSION").replace(/^go/, ""),
    texts: licenceFiles(go(folder, "env", "GOROOT")),
  };
  return [language, ...modules.toSorted((a, b) => a.name.localeCompare(b.name, "en"))];
}

/** Changes when another module, or another version of one, may be in the collector. */
export function goModulesFingerprint(folder: string): string {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(folder, file)));
  return hash.digest("hex");
}

function go(folder: string, ...args: readonly string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["go", ...args], {
    cwd: folder,
    env: { ...process.env, CGO_ENABLED: "0" },
  });
  if (exitCode !== 0) throw new Error(`Cannot list the modules of the collector: go said\n${stderr.toString()}`);
  return stdout.toString().trim();
}
