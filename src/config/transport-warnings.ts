import { isLoopback } from "../lib/http-url.ts";
import { proxyVariableOf } from "../lib/proxy-variable.ts";
import type { Config } from "./config.ts";
import { endpointsOf } from "./destination.ts";
import type { ConfigPlaces, ConfigWarning } from "./places.ts";

type Variables = ConfigPlaces["variables"];

/** A server that we send to, and what it is called in a warning. */
interface Peer {
  readonly name: string;
  readonly url: URL;
  /** What travels there that others must not see. */
  readonly cargo: string;
}

/**
 * Ways on which others can read or change what the agent sends: plain HTTP to another machine, certificates that nobody
 * checks, proxies. Names the setting or variable that leads there, never its value.
 */
export function transportWarnings(config: Config, variables: Variables): readonly ConfigWarning[] {
  if (!config.enabled) return [];
  const peers = peersOf(config, variables);
  return [
    ...uncheckedCertificates(variables),
    ...peers.flatMap(plainHttp),
    ...peers.flatMap((peer) => proxies(peer, variables)),
  ];
}

function peersOf({ upload, agent }: Config, variables: Variables): readonly Peer[] {
  const { destination } = upload;
  if (destination.kind === "warpbuild") return peerAt("agent.host_url", agent.hostUrl, "the polling secret");
  if (destination.kind !== "s3") return [];
  const [endpoint] = endpointsOf(variables);
  // Without the region: it changes neither the protocol nor whether a proxy is meant for it.
  if (endpoint === undefined)
    return peerAt("telemetry.destination", `https://${destination.bucket}.s3.amazonaws.com`, "the lines");
  return peerAt(endpoint.name, endpoint.given, "the lines and the session token");
}

function peerAt(name: string, text: string | undefined, cargo: string): readonly Peer[] {
  const url = URL.parse(text ?? "");
  return url === null ? [] : [{ name, url, cargo }];
}

function uncheckedCertificates(variables: Variables): readonly ConfigWarning[] {
  const name = "NODE_TLS_REJECT_UNAUTHORIZED";
  if (variables[name] !== "0") return [];
  const message = "No certificate is checked: anybody on the way can read and answer what is sent by HTTPS";
  return [
    { message, facts: { variable: `${name}=0`, remedy: "unset it; NODE_EXTRA_CA_CERTS names further authorities" } },
  ];
}

function plainHttp({ name, url, cargo }: Peer): readonly ConfigWarning[] {
  if (url.protocol !== "http:" || isLoopback(url.hostname)) return [];
  return [
    {
      message: `${name} is plain HTTP: anybody on the way can read ${cargo}`,
      facts: { host: url.host, wanted: "https" },
    },
  ];
}

function proxies({ name, url, cargo }: Peer, variables: Variables): readonly ConfigWarning[] {
  const variable = proxyVariableOf(url, variables);
  if (variable === undefined) return [];
  const message = url.protocol === "http:" ? `A proxy gets ${cargo}` : "Requests go through a proxy";
  return [{ message, facts: { variable, to: name, remedy: `name the host in NO_PROXY, or unset ${variable}` } }];
}
