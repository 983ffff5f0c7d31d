import type { LoadedConfig } from "../../config/load-config.ts";
import { homePlace } from "../../home/home-place.ts";
import { lockHolder, type LockHolder } from "../../home/lock-holder.ts";
import { listenerName, portOwner } from "../../lib/port-owner.ts";

const ROOT = 0;

/**
 * Why the program on the agent's port cannot be the agent of this configuration; undefined when it may be. While an agent
 * is down, any user can take its port and answer like an agent. The kernel knows the user of the listener, and which
 * process holds the lock of the agent's folder. Linux only; elsewhere the answer is always undefined.
 */
export function impostorReason({ config, given }: LoadedConfig): string | undefined {
  const { baseDirectory, receiver } = config;
  const { port, host } = receiver;
  const listener = portOwner(port, host);
  if (listener.kind !== "listener" || listener.uid === undefined) return undefined;
  const name = listenerName(listener) ?? "a process";
  const { path, insteadOf, distrust } = homePlace(baseDirectory);
  // A folder that was not named may belong to another agent, which somebody tries by hand.
  const isNamed = given.some(({ option, place }) => option.key === "telemetry.base_directory" && place !== "default");
  const holder: LockHolder = isNamed ? lockHolder(path) : { kind: "unknown" };
  if (holder.kind === "free") return `${name} of uid ${listener.uid} listens there, and no agent holds "${path}"`;
  if (holder.kind === "held") {
    const { process: found } = listener;
    if (found === undefined || holder.pid === 0 || holder.pid === found.pid) return undefined;
    return `${name} of uid ${listener.uid} listens there, and pid ${holder.pid} holds "${path}"`;
  }
  // A folder of another user inside folders of root: root gave it to the user that the agent runs as.
  const ownerUid = insteadOf === undefined && distrust?.path === path ? distrust.ownerUid : ROOT;
  const believed = [ROOT, ownerUid, process.geteuid?.()];
  if (believed.includes(listener.uid)) return undefined;
  return `${name} of uid ${listener.uid} listens there, which is neither root nor you; name the agent's folder with --base-directory`;
}
