import { hostname } from "node:os";
import { join } from "node:path";
import { WarpBuildClient } from "../backend/warpbuild-client.ts";
import type { AgentConfig, Config } from "../config/config.ts";
import type { Home } from "../home/home.ts";
import { logOf } from "../lib/log.ts";
import { machineId } from "../lib/machine-id.ts";
import { checkTrust } from "../lib/trust.ts";
import type { Destination } from "../pipeline.ts";
import { DiscardDestination } from "../upload/discard-destination.ts";
import { FolderDestination } from "../upload/folder-destination.ts";
import { PresignedDestination } from "../upload/presigned-destination.ts";
import type { Environment } from "./environment.ts";

/** Where objects go when they go to a folder and none is named. */
const OBJECTS = "objects";
const WRITER_ID_DIGITS = 16;

/** Where objects go, and the API client when the WarpBuild API decides that. */
export interface Target {
  readonly destination: Destination;
  readonly backend?: WarpBuildClient;
}

/** Throws UntrustedError for a folder that others can change, and what the AWS libraries say. */
export async function openTarget(
  { destination, agent }: Config,
  { variables }: Environment,
  home: Home,
): Promise<Target> {
  switch (destination.kind) {
    case "folder": {
      const { directory = join(home.path, OBJECTS) } = destination;
      // What lies in the home was looked at with it.
      if (destination.directory !== undefined) warnOfForeignFolder(directory);
      return { destination: new FolderDestination(directory, writerId(home)) };
    }
    case "s3": {
      // Only those who upload to a bucket pay for the AWS libraries.
      const { BucketDestination } = await import("../upload/bucket-destination.ts");
      return { destination: new BucketDestination({ ...destination, environment: variables }) };
    }
    case "discard":
      return { destination: new DiscardDestination() };
    case "warpbuild": {
      const backend = new WarpBuildClient(apiAccess(agent));
      return { destination: new PresignedDestination(backend), backend };
    }
  }
}

/** Throws UntrustedError where we are root; an agent of another user is warned. */
function warnOfForeignFolder(directory: string): void {
  const distrust = checkTrust(`the destination "${directory}"`, directory);
  if (distrust === undefined) return;
  const { reason, remedy } = distrust;
  logOf("upload").warn("Others can change the destination folder; objects in it are only as safe as they are", {
    reason,
    remedy,
  });
}

function apiAccess({ id, pollingSecret, hostUrl }: AgentConfig) {
  if (id === undefined || pollingSecret === undefined || hostUrl === undefined) {
    throw new Error("Cannot use the WarpBuild API: agent.id, agent.polling_secret and agent.host_url are needed");
  }
  return { runnerId: id, pollingSecret, hostUrl };
}

/** Machines that were made of one image may share a folder, and have their home's id from it. */
function writerId(home: Home): string {
  const all = [machineId(), hostname(), home.path, home.id].join("\n");
  return new Bun.CryptoHasher("sha256").update(all).digest("hex").slice(0, WRITER_ID_DIGITS);
}
