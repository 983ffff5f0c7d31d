import { Type } from "@sinclair/typebox";
import { integer, list, size, text } from "../option-kinds.ts";
import { GiB, KiB, MiB } from "../option-values.ts";

/** Options of `http/receiver.ts`. */
export const receiver = Type.Object({
  port: integer({
    key: "telemetry.port",
    group: "Receiver",
    flag: "--port <n>",
    description: "port to listen on; 0 takes any free one",
    default: 33_931,
    minimum: 0,
    maximum: 65_535,
  }),
  host: text({
    key: "telemetry.host",
    group: "Receiver",
    flag: "--host <address>",
    description: "address to listen on",
    detail: "Address to listen on. Any other than loopback gets a warning: it lets other machines write telemetry.",
    default: "127.0.0.1",
    pattern: String.raw`^[\w.:-]+$`,
    wanted: "an IP address or a host name",
  }),
  allowedHosts: list({
    key: "telemetry.allowed_hosts",
    group: "Receiver",
    flag: "--allowed-host <name>",
    description: "host name requests may use besides localhost",
    detail:
      "Host names that requests may use besides localhost and IP addresses. Any other name gets 403, against DNS rebinding.",
    pattern: String.raw`^[\w.-]+$`,
    wanted: "host names without a port",
    form: (name) => name.toLowerCase(),
  }),
  maxRequestBytes: size({
    key: "telemetry.max_request_bytes",
    group: "Receiver",
    flag: "--max-request-bytes <size>",
    description: "longest request body",
    detail:
      "Longest request body, before and after decompression. A longer one gets 413. Never more than half of `buffer_bytes`.",
    default: 16 * MiB,
    minimum: KiB,
    maximum: 512 * MiB,
  }),
  inFlightMaxBytes: size({
    key: "telemetry.in_flight_max_bytes",
    group: "Receiver",
    flag: "--in-flight-max-bytes <size>",
    description: "request bodies in memory at once",
    detail:
      "Bytes of request bodies in memory at once, over all connections, at least `max_request_bytes`. Beyond it the slowest and largest bodies get 503. An eighth is kept for the agent's collector, another for bodies up to 64KiB.",
    default: 32 * MiB,
    minimum: KiB,
    maximum: 4 * GiB,
  }),
  nestingMax: integer({
    key: "telemetry.nesting_max",
    group: "Receiver",
    flag: "--nesting-max <levels>",
    description: "deepest nesting of a request",
    detail: "Deepest nesting of a request. A deeper one gets 400.",
    default: 100,
    minimum: 16,
    maximum: 1000,
  }),
});
