import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { basename } from "node:path";
import { textOf } from "./host-file.ts";

/** ARPHRD_ETHER of if_arp.h, virtual or not. */
const ETHERNET = 1;
/** The flag of a route that refuses, in /proc/net/route and ipv6_route. */
const RTF_REJECT = 0x200;

/** All network interfaces, in the order of their names. Throws when they cannot be listed. */
export function interfaceNames(root: string): readonly string[] {
  return readdirSync(`${root}/sys/class/net`).toSorted();
}

/**
 * The network interfaces by which bytes enter or leave the machine: counted there, each byte counts once.
 *
 * An interface with a device is such a port. What the kernel puts over ports has no device: bridges, bonds, VLANs, VPNs,
 * overlays, and the pairs that lead to containers. A port below another port is left out, as the fast path of a network
 * card in Azure: the upper one counts its bytes too.
 *
 * A container has no port, or only one that was lent to it. There the interface of the default route leads out.
 * `root` is what comes before `/proc` and `/sys`. Throws when the interfaces cannot be listed.
 */
export function networkPorts(root: string): readonly string[] {
  const names = interfaceNames(root);
  const ports = names.filter((name) => existsSync(`${root}/sys/class/net/${name}/device`));
  const defaults = defaultRoutes(root);
  const routed = names.filter((name) => defaults.has(name) && !ports.includes(name));
  const interfacesOf = (some: readonly string[]): readonly Interface[] =>
    some.flatMap((name) => interfaceOf(root, name) ?? []);
  if (ports.length > 0) {
    const ends = interfacesOf(routed).filter((it) => it.isEthernet && it.isEnd);
    return [...ports.filter((name) => !ports.includes(masterOf(root, name) ?? "")), ...ends.map(({ name }) => name)];
  }
  // Packets of a tunnel leave by another interface, even where the tunnel has the default route.
  const choices = [
    interfacesOf(routed).filter((it) => it.isEthernet),
    interfacesOf(names).filter((it) => it.isEthernet && it.isEnd),
    interfacesOf(routed),
  ];
  return choices.find((choice) => choice.length > 0)?.map(({ name }) => name) ?? [];
}

interface Interface {
  readonly name: string;
  /** Frames of Ethernet, not made by a program of this machine. */
  readonly isEthernet: boolean;
  /** Its other side is in another namespace, and it is neither under nor over an interface of this one. */
  readonly isEnd: boolean;
}

function interfaceOf(root: string, name: string): Interface | undefined {
  const folder = `${root}/sys/class/net/${name}`;
  const numberIn = (file: string): number => Number(textOf(`${folder}/${file}`) ?? Number.NaN);
  const index = numberIn("ifindex");
  if (Number.isNaN(index)) return undefined;
  const linked = numberIn("iflink");
  const isLayered = masterOf(root, name) !== undefined || readdirSync(folder).some((file) => file.startsWith("lower_"));
  return {
    name,
    isEthernet: numberIn("type") === ETHERNET && !existsSync(`${folder}/tun_flags`),
    isEnd: linked > 0 && linked !== index && !isLayered,
  };
}

function masterOf(root: string, name: string): string | undefined {
  try {
    return basename(readlinkSync(`${root}/sys/class/net/${name}/master`));
  } catch {
    return undefined;
  }
}

/** Names of the interfaces that a default route goes through, in the routing table `main`. */
function defaultRoutes(root: string): ReadonlySet<string> {
  const v4 = rowsOf(`${root}/proc/net/route`).filter(
    ([, destination, , flags, , , , mask]) => destination === "00000000" && mask === "00000000" && isUsable(flags),
  );
  const v6 = rowsOf(`${root}/proc/net/ipv6_route`).filter(
    ([destination, bits, , , , , , , flags]) => destination === "0".repeat(32) && bits === "00" && isUsable(flags),
  );
  return new Set([...v4.map(([name = ""]) => name), ...v6.map((row) => row.at(-1) ?? "")]);
}

function rowsOf(path: string): readonly (readonly string[])[] {
  return (textOf(path) ?? "").split("\n").map((line) => line.trim().split(/\s+/));
}

function isUsable(flags = ""): boolean {
  return (Number.parseInt(flags, 16) & RTF_REJECT) === 0;
}
