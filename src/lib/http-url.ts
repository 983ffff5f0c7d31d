/** `http://host:port`; an IPv6 address goes in brackets (RFC 3986 §3.2.2). */
export function httpUrl(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The URL at which this machine reaches a server that listens on `host`. One that listens on every address is reached on loopback. */
export function localUrl(host: string, port: number): string {
  if (host === "0.0.0.0") return httpUrl("127.0.0.1", port);
  return httpUrl(host === "::" ? "::1" : host, port);
}

/** Whether a host name or address, in brackets or not, is loopback. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|::1|\[::1\])$/i.test(host);
}
