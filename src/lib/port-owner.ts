import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Who has a port: a listener, somebody's connection that uses it as its own end, which will pass, or (`closing`) what is
 * left of such a connection, which passes within the minute of TIME_WAIT.
 */
export type PortOwner =
  | { readonly kind: "listener"; readonly uid?: number; readonly process?: ListenerProcess }
  | { readonly kind: "outgoing" }
  | { readonly kind: "closing" };

export interface ListenerProcess {
  readonly pid: number;
  /** The name of its program, as the kernel has it. */
  readonly name: string;
}

/** Socket states in /proc/net/tcp. */
const LISTEN = "0A";
const TIME_WAIT = "06";

/**
 * Looks up in /proc who has a TCP port: of a listener the user, and the process where we may look into it. Where there is
 * no /proc a listener is assumed: waiting for one to go away would only hide it.
 */
export function portOwner(port: number, host: string): PortOwner {
  const ipv4 = socketsIn("/proc/net/tcp");
  if (ipv4 === undefined) return { kind: "listener" };
  // Absent when IPv6 is off.
  const sockets = [...ipv4, ...(socketsIn("/proc/net/tcp6") ?? [])];
  const addresses = clashingAddresses(host);
  const here = sockets
    .map((socket) => socket.trim().split(/\s+/))
    .filter(([, local]) => portOf(local) === port && (addresses?.has(addressOf(local)) ?? true));
  const listener = here.find(([, , , state]) => state === LISTEN);
  if (listener === undefined) {
    return { kind: here.length > 0 && here.every(([, , , state]) => state === TIME_WAIT) ? "closing" : "outgoing" };
  }
  const found = processOf(`socket:[${listener[9]}]`);
  return { kind: "listener", uid: Number(listener[7]), ...(found === undefined ? {} : { process: found }) };
}

/** `program (pid N)`, or undefined when the process may not be known. */
export function listenerName(owner: PortOwner): string | undefined {
  if (owner.kind !== "listener" || owner.process === undefined) return undefined;
  return `${owner.process.name} (pid ${owner.process.pid})`;
}

function socketsIn(file: string): string[] | undefined {
  try {
    return readFileSync(file, "utf8").split("\n").slice(1);
  } catch {
    return undefined;
  }
}

/** How /proc writes the addresses that clash with `host`: its own and every wildcard. Undefined: any may clash. */
function clashingAddresses(host: string): ReadonlySet<string> | undefined {
  const bytes = host.split(".").map(Number);
  if (bytes.length !== 4 || bytes.some((byte) => !(byte >= 0 && byte <= 255)) || host === "0.0.0.0") return undefined;
  const own = Buffer.from(bytes.toReversed()).toString("hex").toUpperCase();
  return new Set([own, "0".repeat(8), "0".repeat(32), `0000000000000000FFFF0000${own}`]);
}

function addressOf(address: string | undefined): string {
  return address?.split(":")[0] ?? "";
}

function portOf(address: string | undefined): number {
  return Number.parseInt(address?.split(":")[1] ?? "", 16);
}

/** The processes of other users cannot be read; then no process is named. */
function processOf(link: string): ListenerProcess | undefined {
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const files = readdirSync(`/proc/${pid}/fd`);
      if (files.some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === link)) {
        return { pid: Number(pid), name: readFileSync(`/proc/${pid}/comm`, "utf8").trim() };
      }
    } catch {
      // The process has ended, or we may not read it.
    }
  }
  return undefined;
}
