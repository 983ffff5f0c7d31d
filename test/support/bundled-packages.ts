import { readFileSync } from "node:fs";
import { join } from "node:path";
import { licenceFiles, type Component } from "./licence-files.ts";

/** The folder of a package in a path of the bundler's, also of one inside another. */
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;

/**
 * The npm packages of which code is in the executable: what the bundler keeps of the program and of its page,
 * in the order of their names. Bundles the source of `root`, as the build does, and throws the result away.
 */
export async function bundledPackages(root: string): Promise<readonly Component[]> {
  const program = await outputsOf({ entrypoints: [join(root, "src/main.ts")], target: "bun", splitting: true, root });
  const page = await outputsOf({ entrypoints: [join(root, "src/page/main.ts")], target: "browser", root });
  const folders = new Set(
    [...program, ...page].flatMap(({ inputs }) =>
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

async function outputsOf(config: Bun.BuildConfig): Promise<readonly Bun.BuildMetafile["outputs"][string][]> {
  const { outputs, metafile } = await Bun.build({ ...config, minify: true, metafile: true });
  if (metafile === undefined || outputs.length === 0) throw new Error("Cannot list the packages: no bundle");
  return Object.values(metafile.outputs);
}

function componentOf(folder: string): Component {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { name, version, declared: String(license), texts: licenceFiles(folder) };
}
