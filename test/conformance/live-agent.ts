import type { Stream } from "../../src/pipeline.ts";
import type { Agent } from "../support/agent.ts";
import { linesOf } from "../support/lines.ts";
import { startAgent } from "../support/start-agent.ts";
import { expectStop } from "../support/steps.ts";
import { FolderStore } from "../support/stores.ts";
import { TempDir } from "../support/temp-dir.ts";
import { linesReadByDuckDb } from "./duckdb.ts";

/** The agent as built with a folder as destination, for tests that speak to it while it runs. */
export class LiveAgent implements AsyncDisposable {
  readonly store: FolderStore;
  readonly agent: Agent;
  readonly base: TempDir;

  private constructor(store: FolderStore, base: TempDir, agent: Agent) {
    this.store = store;
    this.base = base;
    this.agent = agent;
  }

  static async start(flags: readonly string[] = []): Promise<LiveAgent> {
    const store = await FolderStore.start();
    const base = await TempDir.create("base");
    return new LiveAgent(store, base, await startAgent(store, base, flags));
  }

  /** Stops it, which must deliver everything, and reads the lines of `stream`, or of all streams. */
  async stoppedLines(stream?: Stream): Promise<string[]> {
    await expectStop(this.agent);
    return linesOf(await this.store.objects(), stream);
  }

  /** After the stop: what DuckDB makes of the objects. */
  linesReadByDuckDb(): Promise<number> {
    return linesReadByDuckDb(this.store.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent[Symbol.asyncDispose]();
    await this.base[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
  }
}
