import { readFileSync } from "node:fs";
import { isIPv4 } from "node:net";

/** The state of a connection that is whole in /proc/net/tcp. What is left of an ended one is told to be of root. */
const ESTABLISHED = "01";
/** Fields of a line: number, own end, other end, state, …, uid. */
const [OWN_END, OTHER_END, STATE, UID] = [1, 2, 3, 7];
/** An IPv4 address as IPv6 has it, the way /proc writes it. */
const MAPPED_IPV4 = "0000000000000000FFFF0000";
const GROUP_BYTES = 4;

/** The other end of a connection to us. */
export interface Peer {
  /** As Bun's `requestIP` tells it. */
  readonly address: string;
  readonly port: number;
}

/**
 * The users whose socket is the other end of a connection from this machine to our `port`: one, or several where the same
 * end has connections to several addresses of ours, and none when it has ended or is not on this machine. Undefined where
 * the system does not tell (no /proc). Reads the list of all connections, so its cost grows with their number.
 */
export function peerUids({ address, port }: Peer, ownPort: number): readonly number[] | undefined {
  const ends = endsOf(address, port);
  const ipv4 = linesOf("/proc/net/tcp");
  if (ipv4 === undefined) return undefined;
  // Absent when IPv6 is off.
  const lines = [...ipv4, ...(linesOf("/proc/net/tcp6") ?? [])];
  const otherEnd = `:${hex(ownPort, 4)}`;
  return lines.flatMap((line) => {
    // Most lines are of others.
    if (!line.includes(otherEnd)) return [];
    const fields = line.trim().split(/\s+/);
    const isPeer = ends.has(fields[OWN_END] ?? "") && fields[OTHER_END]?.endsWith(otherEnd) === true;
    return isPeer && fields[STATE] === ESTABLISHED ? [Number(fields[UID])] : [];
  });
}

/** How /proc may write this end: a socket of IPv6 may have an address of IPv4. */
function endsOf(address: string, port: number): ReadonlySet<string> {
  const suffix = `:${hex(port, 4)}`;
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, "");
  if (!isIPv4(plain)) return new Set([`${hexOfIpv6(plain)}${suffix}`]);
  const bytes = Buffer.from(plain.split(".").map(Number));
  const own = nativeHex(bytes);
  return new Set([`${own}${suffix}`, `${MAPPED_IPV4}${own}${suffix}`]);
}

/** Four words, each in the order of the processor. Empty for what is no address. */
function hexOfIpv6(address: string): string {
  const host = URL.parse(`http://[${address.replace(/%.*$/, "")}]/`)?.hostname.slice(1, -1);
  if (host === undefined) return "";
  const [left = "", right = ""] = host.split("::");
  const before = left.split(":").filter(Boolean);
  const after = right.split(":").filter(Boolean);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  const groups = [...before, ...zeros, ...after].map((group) => group.padStart(4, "0"));
  const bytes = Buffer.from(groups.join(""), "hex");
  return [0, 1, 2, 3].map((word) => nativeHex(bytes.subarray(word * GROUP_BYTES, (word + 1) * GROUP_BYTES))).join("");
}

/** Every machine that this program runs on has the least byte first. */
function nativeHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.toReversed()).toString("hex").toUpperCase();
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, "0");
}

function linesOf(file: string): string[] | undefined {
  try {
    return readFileSync(file, "utf8").split("\n").slice(1);
  } catch {
    return undefined;
  }
}
