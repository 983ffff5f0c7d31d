/**
 * Keeps pages in a browser away. A page cannot choose the `Host` of its requests, so a name that is not ours means DNS
 * rebinding; and it cannot leave out its `Origin`. Programs on the machine send neither a foreign name nor an origin.
 */
const ADDRESS_LITERAL = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-f:.%]+\])$/i;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;
const PORT = /:\d*$/;

/** Why the request must not be served, or undefined. `allowedHosts` are lower case names beside localhost. */
export function foreignReason(headers: Headers, allowedHosts: ReadonlySet<string>): string | undefined {
  const host = headers.get("host");
  if (host !== null && host !== "" && !isOwnName(host.replace(PORT, ""), ADDRESS_LITERAL, allowedHosts)) {
    return `the Host "${host}" is not localhost and no address; add it with the setting allowed_hosts`;
  }
  const origin = headers.get("origin");
  // A page that an address serves is as foreign as any other, unless it is this machine's.
  if (origin !== null && !isOwnName(hostOf(origin), LOOPBACK, allowedHosts)) {
    return `the Origin "${origin}" is not this machine; pages in a browser are not served`;
  }
  return undefined;
}

function isOwnName(name: string, literal: RegExp, allowedHosts: ReadonlySet<string>): boolean {
  // A name with a dot at its end is the same name, whole (RFC 1034 §3.1).
  const lower = name.toLowerCase().replace(/\.$/, "");
  return lower === "localhost" || literal.test(lower) || allowedHosts.has(lower);
}

function hostOf(origin: string): string {
  return URL.parse(origin)?.hostname ?? "";
}
