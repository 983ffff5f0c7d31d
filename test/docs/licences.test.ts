/** `help/licences.md` names what is inside the two executables now. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json";
import { bundledPackages } from "../support/bundled-packages.ts";
import { goModulesFingerprint } from "../support/go-modules.ts";
import { tableRows } from "../support/markdown-table.ts";

setDefaultTimeout(30_000);

const ROOT = join(import.meta.dir, "../..");
const PAGE = readFileSync(join(ROOT, "src/help/licences.md"), "utf8");
const REMEDY = "run `bun run licences`";

test("the page has the packages that the bundler puts into the executable", async () => {
  const listed = tableRows(PAGE, "## In the executable").map(([name, version]) => `${name} ${version}`);
  const bundled = (await bundledPackages(ROOT)).map(({ name, version }) => `${name} ${version}`);
  expect(listed, REMEDY).toEqual(bundled);
});

test("the page is as new as the lock file of the collector, and knows a licence of each part", () => {
  expect(PAGE, REMEDY).toContain(`modules: ${goModulesFingerprint(join(ROOT, "src/collector/distribution"))}`);
  const rows = ["## In the executable", "## In the collector"].flatMap((heading) => tableRows(PAGE, heading));
  expect(rows.length).toBeGreaterThan(200);
  expect(rows.filter(([, , licence]) => licence === "").map(([name]) => name)).toEqual([]);
});

test("the page tells of the Bun that is built with", () => {
  expect(packageJson.engines.bun).toBe(packageJson.devDependencies["bun-types"]);
  expect(PAGE).toContain("Bun itself is MIT-licensed");
});
