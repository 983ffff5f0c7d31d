import type { DestinationConfig } from "../upload/destinations/catalogue.ts";
import type { Values } from "./schema.ts";

/**
 * The configuration: every value read, checked, resolved and deeply frozen. `loadConfig` makes it. Nothing in it changes
 * while the agent runs. Its sections are the options of the stages; ranges and defaults are in `schema.ts`. Limits that
 * concern each other fit: a request is at most half a ring and at most what may be in flight, an object at most what may
 * be in memory for uploads.
 */
export interface Config extends Omit<Values, "upload"> {
  readonly upload: UploadConfig;
}

export interface UploadConfig extends Omit<Values["upload"], "destination" | "keyFolder"> {
  /**
   * With `warpbuild`, `agent.id`, `agent.pollingSecret` and `agent.hostUrl` are present, and objects have the plain form.
   */
  readonly destination: DestinationConfig;
  /** Tells this machine from others in the keys of objects. */
  readonly agentName: string;
}

/** How this machine presents itself to the WarpBuild API. */
export type AgentConfig = Values["agent"];
