import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Who has a port. `outgoing` when only a connection of somebody's uses it as its own end, which will pass. */
export type PortOwner = { readonly kind: "listener"; readonly name?: string } | { readonly kind: "outgoing" };

const LISTEN = "0A";

/**
 * Looks up in /proc who listens on a TCP port; the name as `program (pid N)` where it may be known. Where there is no
 * /proc a listener is assumed: waiting for one to go away would only hide it.
 */
export function portOwner(port: number): PortOwner {
  let sockets: string[];
  try {
    sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => readFileSync(file, "utf8").split("\n").slice(1));
  } catch {
    return { kind: "listener" };
  }
  for (const socket of sockets) {
    const [, local = "", , state, , , , , , inode] = socket.trim().split(/\s+/);
    if (state !== LISTEN || Number.parseInt(local.split(":")[1] ?? "", 16) !== port) continue;
    const name = processOf(`socket:[${inode}]`);
    return name === undefined ? { kind: "listener" } : { kind: "listener", name };
  }
  return { kind: "outgoing" };
}

/** Other users' processes cannot be looked into: then nobody is named. */
function processOf(link: string): string | undefined {
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const files = readdirSync(`/proc/${pid}/fd`);
      if (files.some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === link)) {
        return `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (pid ${pid})`;
      }
    } catch {
      // Gone in the meantime, or not ours to look into.
    }
  }
  return undefined;
}
