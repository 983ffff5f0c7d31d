import { hostname } from "node:os";
import { join } from "node:path";
import { WarpBuildClient } from "../backend/warpbuild-client.ts";
import type { AgentConfig, Config } from "../config/config.ts";
import type { Home } from "../home/home.ts";
import { machineId } from "../lib/machine-id.ts";
import type { Destination } from "../pipeline.ts";
import { OBJECTS_FOLDER, openDestination } from "../upload/destinations/catalogue.ts";
import type { Environment } from "./environment.ts";

const WRITER_ID_DIGITS = 16;

/** Of the home: where it is, and its id. */
type TargetHome = Pick<Home, "path" | "id">;

/** Where objects go, and the API client when the WarpBuild API decides that. */
export interface Target {
  readonly destination: Destination;
  readonly backend?: WarpBuildClient;
}

/** Throws UntrustedError for a folder that others can change, and what the AWS libraries say. */
export async function openTarget(
  { upload, agent }: Config,
  { variables }: Environment,
  home: TargetHome,
): Promise<Target> {
  let backend: WarpBuildClient | undefined;
  const destination = await openDestination(upload.destination, {
    objectsDirectory: join(home.path, OBJECTS_FOLDER),
    writerId: writerId(home),
    variables,
    uploadUrls: () => (backend = new WarpBuildClient(apiAccess(agent))),
  });
  return { destination, ...(backend === undefined ? {} : { backend }) };
}

function apiAccess({ id, pollingSecret, hostUrl }: AgentConfig) {
  if (id === undefined || pollingSecret === undefined || hostUrl === undefined) {
    throw new Error("Cannot use the WarpBuild API: agent.id, agent.polling_secret and agent.host_url are needed");
  }
  return { runnerId: id, pollingSecret, hostUrl };
}

/** Machines that were made of one image may share a folder, and have their home's id from it. */
function writerId(home: TargetHome): string {
  const all = [machineId(), hostname(), home.path, home.id].join("\n");
  return new Bun.CryptoHasher("sha256").update(all).digest("hex").slice(0, WRITER_ID_DIGITS);
}
