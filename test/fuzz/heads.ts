/** The parts of a request's head, each with what it means. */
import type { Encoding } from "../../src/otlp/export-request.ts";
import { STREAMS, type Stream } from "../../src/pipeline.ts";
import type { Random } from "../chaos/random.ts";
import { type Weighted, weighted } from "./choice.ts";

/** Where a request goes: to a stream, to a page of ours, or nowhere. */
export type Target =
  | { readonly kind: "stream"; readonly path: string; readonly stream: Stream }
  | { readonly kind: "page"; readonly path: string }
  | { readonly kind: "nowhere"; readonly path: string };

const PAGES = ["/", "/live/state", "/health", "/stats", "/metrics", "/health?x=1", "/stats/"];
const NOWHERE: readonly string[] = [
  ...`/live /control /v1 /v1/ /v1/log /v1/logs/x /V1/logs /v1/Logs /v2/logs /v1/logs;a=b /v1development/profiles
/v1/logs%00 /v1/logs%2f /v1/%zz /% /:stream /* /v1/* /__proto__ /constructor /v1/\u00ff\u00fe /v1/logs\u00e9
/opentelemetry.proto.collector.logs.v1.LogsService/Export /favicon.ico`.split(/[ \n]/),
  `/${"a/".repeat(1000)}`,
  `/${"x".repeat(4000)}`,
];

export function someTarget(random: Random): Target {
  return weighted(random, TARGETS)(random);
}

const TARGETS: Weighted<(random: Random) => Target> = [
  [92, (random) => streamTarget(random)],
  [4, (random) => ({ kind: "page", path: random.pick(PAGES) })],
  [4, (random) => ({ kind: "nowhere", path: random.pick(NOWHERE) })],
];

const ODD_PATHS: readonly ((path: string) => string)[] = [
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => path.replace("/v1", "/v1/"),
  (path) => `${path}?a=%ff&b`,
  (path) => `http://localhost${path}`,
];

function streamTarget(random: Random): Target {
  const stream = random.pick(STREAMS);
  const path = `/v1/${stream}`;
  const odd = random.chance(0.1) ? random.pick(ODD_PATHS)(path) : path;
  return { kind: "stream", path: odd, stream };
}

/** Methods that Bun knows, but for CONNECT, behind which it reads no second request. */
export function someMethod(random: Random, target: Target): string {
  const usual = target.kind === "page" ? "GET" : "POST";
  const others = ["GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];
  return random.chance(0.95) ? usual : random.pick(others);
}

/** A `Host`, an `Origin`, and whether the request is another machine's, or a page's. */
export interface Sender {
  readonly host: string;
  readonly origin: string | undefined;
  readonly isForeign: boolean;
}

const OWN_HOSTS = [
  "localhost",
  "localhost.",
  "LOCALHOST:1",
  "127.0.0.1",
  "127.0.0.1:4318",
  "[::1]",
  "[::1]:80",
  "10.1.2.3",
  "0.0.0.0:9",
];
const FOREIGN_HOSTS = [
  "evil.example",
  "localhost.evil.example:80",
  "127.0.0.1.evil.example",
  "local-host",
  "-.-.-",
  "xn--e1afmkfd",
];
const OWN_ORIGINS = ["http://localhost", "http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]:1"];
const FOREIGN_ORIGINS = ["null", "", "https://evil.example", "http://10.1.2.3", "file://", "x", "http://", "\u00ff"];

export function someSender(random: Random): Sender {
  const isForeignHost = random.chance(0.02);
  const isForeignOrigin = random.chance(0.02);
  const hasOrigin = isForeignOrigin || random.chance(0.05);
  return {
    host: random.pick(isForeignHost ? FOREIGN_HOSTS : OWN_HOSTS),
    origin: hasOrigin ? random.pick(isForeignOrigin ? FOREIGN_ORIGINS : OWN_ORIGINS) : undefined,
    isForeign: isForeignHost || isForeignOrigin,
  };
}

/** A Content-Type and the encoding that it names; an undefined `header`: there is none. */
export interface Media {
  readonly header: string | undefined;
  readonly encoding: Encoding | undefined;
}

const SPELLINGS = [
  (type: string) => type,
  (type: string) => type.toUpperCase(),
  (type: string) => `${type}; charset=utf-8`,
  (type: string) => `${type};a="b;c" ; d`,
  (type: string) => `\t${type} \t;`,
  (type: string) => `${type}, ${type}`,
];
const UNKNOWN_TYPES: readonly string[] = [
  ...`text/plain application/ application/json-seq application/x-protobuf2 application/grpc json ; \u00ff`.split(" "),
  "",
  "application /json",
  "application/json, application/x-protobuf",
  "multipart/form-data; boundary=x",
  "application/x-www-form-urlencoded",
  `a/${"b".repeat(2000)}`,
];

/** The Content-Type of a body in `encoding`; now and then that of the other one, or of none. */
export function someMedia(random: Random, encoding: Encoding): Media {
  if (random.chance(0.01)) return { header: undefined, encoding: undefined };
  if (random.chance(0.03)) return { header: random.pick(UNKNOWN_TYPES), encoding: undefined };
  const named = random.chance(0.97) ? encoding : encoding === "json" ? "protobuf" : "json";
  const type = named === "json" ? "application/json" : "application/x-protobuf";
  return { header: random.chance(0.6) ? type : random.pick(SPELLINGS)(type), encoding: named };
}

/** Headers that change nothing. Any two of them, the longest path and the longest type stay below the 64 KiB of build.ts. */
export const IDLE_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ["user-agent", "OTel-OTLP-Exporter-Python/1.44.0"],
  ["accept", "*/*"],
  ["accept-encoding", "gzip, identity"],
  // Not "trailers", by which clients of gRPC are known: test/clients/http2.test.ts.
  ["te", "deflate"],
  ["connection", "keep-alive"],
  ["connection", "keep-alive, x"],
  ["upgrade", "h2c"],
  ["http2-settings", "AAMAAABkAARAAAAAAAIAAAAA"],
  ["range", "bytes=0-1"],
  ["if-none-match", "*"],
  ["x-http-method-override", "DELETE"],
  ["cookie", "a=b; ".repeat(300)],
  ["traceparent", "00-5b8efff798038103d269b633813fc60c-eee19b7ec3c1b174-01"],
  ["x-empty", ""],
  ["x-latin", "caf\u00e9"],
  ["__proto__", "x"],
  ["constructor", "x"],
  ["x-long", "v".repeat(3000)],
  ["content-language", "en"],
  ["forwarded", "host=evil.example"],
  ["x-forwarded-host", "evil.example"],
];
