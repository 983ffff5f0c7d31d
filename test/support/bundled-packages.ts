import { readFileSync } from "node:fs";
import { join } from "node:path";
import { licenceFiles, type Component } from "./licence-files.ts";

/** The folder of a package in a path of the bundler's, also of one inside another. */
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

/**
 * The npm packages of which code is in the executable: what the bundler keeps, in the order of their names. Bundles the
 * source of `root`, as the build does, and throws the result away.
 */
export async function bundledPackages(root: string): Promise<readonly Component[]> {
  const { outputs, metafile } = await Bun.build({
    entrypoints: [join(root, "src/main.ts")],
    target: "bun",
    minify: true,
    splitting: true,
    metafile: true,
    root,
  });
  if (metafile === undefined || outputs.length === 0) throw new Error("Cannot list the packages: no bundle");
  const folders = new Set(
    Object.values(metafile.outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => {
        const folder = PACKAGE.exec(path)?.[0];
        return folder === undefined || bytesInOutput === 0
          ? []
          : [join(root, folder.replace(/^.*?(?=node_modules)/, ""))];
      }),
    ),
  );
  return [...folders].map(componentOf).toSorted((a, b) => a.name.localeCompare(b.name, "en"));
}

function componentOf(folder: string): Component {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { name, version, declared: String(license), texts: licenceFiles(folder) };
}
