import { join, relative } from "node:path";
import { logOf } from "../lib/log.ts";
import { diagSources, diagSourcesIn } from "./diag-source.ts";
import { runnerFolders, type RunnerMachine } from "./find-runners.ts";
import type { LogPlace } from "./log-file.ts";
import { type Finding, SourceTree } from "./source-tree.ts";

/** Between two looks for runners: one may be installed, or started, at any time. */
const FIND_AGAIN_MS = 10_000;

const log = logOf("runner");

/** The folders of runner logs: those that are configured, or those of the runners that are found. */
export class RunnerSources {
  readonly #globs: readonly string[];
  readonly #finding: Finding;
  readonly #machine: RunnerMachine;
  readonly #hasOutput: boolean;
  readonly #trees = new Map<string, SourceTree>();
  #nextFindMs = 0;
  #told = "";

  /** `hasOutput`: of runners that are found, what jobs print is read, too. */
  constructor(globs: readonly string[], finding: Finding, machine: RunnerMachine, hasOutput = false) {
    this.#hasOutput = hasOutput;
    this.#globs = globs;
    this.#finding = finding;
    this.#machine = machine;
    for (const source of diagSources(globs)) this.#trees.set(source.folder, new SourceTree(source, finding));
    this.find(performance.now());
  }

  get trees(): readonly SourceTree[] {
    return [...this.#trees.values()];
  }

  /** Whether a page of that place and name would be read if it were there. Runners are found late: theirs all count. */
  wantsPage({ folder, subfolder }: LogPlace, name: string): boolean {
    if (!this.isConfigured) return this.#hasOutput;
    const path = join(folder, subfolder, name);
    return this.trees.some(({ source }) => {
      const inside = relative(source.folder, path);
      return !inside.startsWith("..") && source.isLog(inside);
    });
  }

  /** The settings name them; otherwise they are looked for. */
  get isConfigured(): boolean {
    return this.#globs.length > 0;
  }

  /** Looks for runners, when that is due and no folder is configured. What was found once stays. */
  find(nowMs: number): void {
    if (this.isConfigured || nowMs < this.#nextFindMs) return;
    this.#nextFindMs = nowMs + FIND_AGAIN_MS;
    for (const runner of runnerFolders(this.#machine)) {
      const folder = join(runner, "_diag");
      if (this.#trees.has(folder)) continue;
      for (const source of diagSourcesIn(folder, this.#hasOutput)) {
        this.#trees.set(source.folder, new SourceTree(source, this.#finding));
      }
    }
  }

  /** Says in the log, once a change, which runners there are. Call it after a look at all of them. */
  tell(): void {
    const there = this.trees.filter(({ state }) => state !== "absent").map(({ source }) => source.folder);
    const text = there.join(", ");
    if (text === this.#told && text !== "") return;
    if (text !== "") log.info("Following the logs of runners", { folders: text });
    else if (this.#told !== "none") log.debug(`No runner found; looked at ${this.places.join(", ")}`);
    this.#told = text === "" ? "none" : text;
  }

  /** Where runners are looked for. */
  get places(): readonly string[] {
    return this.trees.map(({ source }) => source.folder);
  }
}
