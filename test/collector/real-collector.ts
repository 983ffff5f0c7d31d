import { chmodSync } from "node:fs";
import type { CollectorOptions } from "../../src/collector/options.ts";
import { CollectorSupervisor } from "../../src/collector/supervisor.ts";
import { built } from "../support/built.ts";
import { eventually } from "../support/eventually.ts";
import type { StandInReceiver } from "./stand-in-receiver.ts";
import { optionsIn } from "./support.ts";

const READY_MAX_MS = 20_000;

/** Of the program as built, as a user of its own where we are root, which may read the logs that tests put into the folder. */
export function realOptions(
  folder: string,
  receiver: StandInReceiver,
  more: Partial<CollectorOptions> = {},
): CollectorOptions {
  chmodSync(folder, 0o755);
  const given = { path: built("collector"), receiverPort: receiver.port, intervalMs: 500 };
  const { user: _, ...options } = optionsIn(folder, given);
  return { ...options, ...more };
}

/** The collectors that the tests of a file have started. */
export class RealCollectors {
  readonly #running: CollectorSupervisor[] = [];

  /** Resolves when it is ready; `receiver` knows its requests and its marks. */
  async start(options: CollectorOptions, receiver: StandInReceiver): Promise<CollectorSupervisor> {
    const supervisor = this.add(new CollectorSupervisor(options));
    receiver.marks = supervisor.marks;
    receiver.onToken = (token) => {
      if (token === supervisor.token) supervisor.noteRequest();
    };
    await supervisor.start();
    await eventually("the collector to be ready", () => supervisor.stats()["state"] === "running", {
      timeoutMs: READY_MAX_MS,
    });
    return supervisor;
  }

  /** Another one that {@link stop} stops. */
  add(supervisor: CollectorSupervisor): CollectorSupervisor {
    this.#running.push(supervisor);
    return supervisor;
  }

  /** Stops them all. Safe to call twice. */
  async stop(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((supervisor) => supervisor.stop(3000)));
  }
}
