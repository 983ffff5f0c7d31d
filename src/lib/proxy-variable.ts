import { BlockList, isIP } from "node:net";

/** A process's environment. */
type Variables = Readonly<Record<string, string | undefined>>;

export const PROXY_VARIABLES = ["http", "https", "all"].flatMap((protocol) => {
  const name = `${protocol}_proxy`;
  return [name, name.toUpperCase()];
});

/**
 * The variable that has `fetch` send requests to `url` through a proxy, by the rules of Bun 1.4.5: small letters win, an
 * empty variable counts as absent, ALL_PROXY is for both protocols, NO_PROXY takes names with all that ends in them,
 * addresses, networks (`10.0.0.0/8`), each with a port or without, and `*`. Undefined when there is none.
 */
export function proxyVariableOf(url: URL, variables: Variables): string | undefined {
  const own = `${url.protocol.replace(":", "")}_proxy`;
  const names = [own, own.toUpperCase(), "all_proxy", "ALL_PROXY"];
  const exceptions = variables["no_proxy"] || variables["NO_PROXY"] || "";
  if (exceptions.split(",").some((entry) => isMeant(url, entry.trim().toLowerCase()))) return undefined;
  return names.find((name) => (variables[name] ?? "") !== "");
}

/** Whether an entry of NO_PROXY, in small letters, is for the host of `url`. */
function isMeant({ hostname, port, protocol }: URL, entry: string): boolean {
  const host = withoutBrackets(hostname.toLowerCase());
  if (entry === "*") return true;
  if (entry.includes("/")) return isInNetwork(host, entry);
  const hasPort = isIP(entry) === 0 && /:\d+$/.test(entry);
  const [name = "", onlyPort] = hasPort ? splitAtLast(":", entry) : [entry];
  if (onlyPort !== undefined && onlyPort !== (port || (protocol === "https:" ? "443" : "80"))) return false;
  const wanted = withoutBrackets(name).replace(/^\*?\./, "");
  return wanted !== "" && (host === wanted || (isIP(host) === 0 && host.endsWith(`.${wanted}`)));
}

function splitAtLast(separator: string, text: string): readonly [string, string] {
  const at = text.lastIndexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
}

function withoutBrackets(host: string): string {
  return host.replaceAll(/[[\]]/g, "");
}

function isInNetwork(host: string, network: string): boolean {
  const [address = "", bits = ""] = network.split("/");
  const family = isIP(address);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(address, Number(bits), type);
  return list.check(host, type);
}
