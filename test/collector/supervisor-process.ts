/**
 * An agent that a test can kill: supervises a collector with the options given as JSON, and says the collector's
 * process id once it is ready.
 */
import type { CollectorOptions } from "../../src/collector/options.ts";
import { CollectorSupervisor } from "../../src/collector/supervisor.ts";
import { HeldFolder } from "../../src/lib/held-folder.ts";
import { eventually } from "../support/eventually.ts";

if (import.meta.main) {
  const options: CollectorOptions = JSON.parse(Bun.argv[2] ?? "{}");
  const supervisor = new CollectorSupervisor({ ...options, home: HeldFolder.open(options.baseDirectory) });
  await supervisor.start();
  await eventually("the collector to be ready", () => supervisor.stats()["state"] === "running", { timeoutMs: 10_000 });
  await Bun.write(Bun.stdout, `${JSON.stringify(supervisor.stats()["pid"])}\n`);
  setInterval(() => {}, 60_000);
}
