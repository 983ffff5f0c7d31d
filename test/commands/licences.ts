/**
 * `bun run licences`: writes `src/help/licences.md`, which names what other people's work is inside the two executables
 * and has the texts of its licences, each once. Needs the installed packages and Go, with the collector's modules.
 */
import { join } from "node:path";
import { bundledPackages } from "../support/bundled-packages.ts";
import { goModules, goModulesFingerprint } from "../support/go-modules.ts";
import { licencesPage } from "../support/licences-page.ts";

const ROOT = join(import.meta.dir, "../..");
const DISTRIBUTION = join(ROOT, "src/collector/distribution");

const page = licencesPage({
  packages: await bundledPackages(ROOT),
  modules: await goModules(DISTRIBUTION),
  modulesFingerprint: goModulesFingerprint(DISTRIBUTION),
  runtime: await Bun.file(join(ROOT, "node_modules/bun-types/docs/project/license.mdx")).text(),
});
await Bun.write(join(ROOT, "src/help/licences.md"), page);
