import { join } from "node:path";
import type { Page } from "playwright-core";

const AXE = join(import.meta.dir, "../../node_modules/axe-core/axe.min.js");

/** What axe-core finds that is serious or worse: the rule and the elements. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(await Bun.file(AXE).text());
  return page.evaluate<string[]>(`axe.run().then(({ violations }) =>
    violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => id + ": " + nodes.map(({ html, failureSummary }) => html.slice(0, 150) + failureSummary).join(" | ")))`);
}
