import { errorText } from "../lib/error-text.ts";
import { HostFile } from "./host-file.ts";
import type { MetricsBatch } from "./metrics-batch.ts";
import { METRICS, SCOPES } from "./metrics.ts";
import type { Notices } from "./notices.ts";
import { Pressure } from "./pressure.ts";
import type { Series } from "./series.ts";

const OOM_KILL = new TextEncoder().encode("oom_kill ");

/** The pressure on the whole machine, and the processes that were killed on it because memory ran out. */
export class MachineScope {
  readonly #notices: Notices;
  readonly #vmstat: HostFile;
  readonly #oomKills: Series;
  #pressure: Pressure | undefined;
  #hasOomKills = true;

  constructor(root: string, batch: MetricsBatch, notices: Notices) {
    this.#notices = notices;
    const pathOf = (resource: string): string => `${root}/proc/pressure/${resource}`;
    this.#pressure = new Pressure({ scope: SCOPES.host, pathOf, isMachine: true }, batch);
    this.#vmstat = new HostFile(`${root}/proc/vmstat`);
    this.#oomKills = batch.series(METRICS.oomKills, SCOPES.host);
  }

  /** What a kernel does not have is said once and not looked for again. Never throws. */
  read(nowMs: number, timeMs: number): void {
    this.#readPressure(nowMs, timeMs);
    if (this.#hasOomKills) this.#readOomKills(timeMs);
  }

  close(): void {
    this.#pressure?.close();
    this.#vmstat.close();
  }

  #readPressure(nowMs: number, timeMs: number): void {
    try {
      this.#pressure?.read(nowMs, timeMs);
    } catch (error) {
      this.#pressure?.close();
      this.#pressure = undefined;
      this.#notices.say(
        "The kernel tells no pressure of the machine: it takes CONFIG_PSI, and psi=1 at boot on some systems",
        errorText(error),
      );
    }
  }

  #readOomKills(timeMs: number): void {
    try {
      const kills = this.#vmstat.read().numberOf(OOM_KILL);
      if (Number.isNaN(kills)) throw new Error(`Cannot find oom_kill in "${this.#vmstat.path}"`);
      this.#oomKills.add(timeMs, kills);
    } catch (error) {
      this.#hasOomKills = false;
      this.#notices.say("The kernel does not count the machine's OOM kills: it takes Linux 4.13", errorText(error));
    }
  }
}
