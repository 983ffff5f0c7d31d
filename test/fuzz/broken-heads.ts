/** Heads that are no HTTP any more, or only just. */
import type { Random } from "../chaos/random.ts";
import { randomBytes, someLength, type Weighted, weighted } from "./choice.ts";
import { damaged } from "./damage.ts";

/** Lines that one should not find in a head; those of framing contradict what stands there. */
const ODD_LINES: readonly string[] = `content-length: 5
content-length: -1
content-length: +5
content-length: 0x5
content-length: 5, 5
content-length: 99999999999999999999
content-length: 1e3
content-length:
content-length: 4294967297
transfer-encoding: chunked
transfer-encoding: gzip, chunked
transfer-encoding: chunked, chunked
transfer-encoding: identity
transfer-encoding: xchunked
transfer-encoding:\u000bchunked
transfer-encoding: CHUNKED
no colon
: no name
name : value
 folded
a\u0000b: c
x: a\u0000b
x: a\rb
x\u00e9: y
x: ${"y".repeat(80_000)}
host: two
host:
expect: 100-continue
upgrade: websocket
connection: upgrade, close
content-encoding: gzip
content-type: text/plain
trailer: x`.split("\n");

const BREAKS: Weighted<(head: string, random: Random) => string> = [
  [30, (head, random) => head.replace("\r\n", () => `\r\n${random.pick(ODD_LINES)}\r\n`)],
  [
    5,
    (head, random) =>
      head.replace(
        /HTTP\/1\.[01]/,
        random.pick(["HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "http/1.1", "HTTP/1.10", "", "HTTP/11"]),
      ),
  ],
  [
    5,
    (head, random) =>
      head.replace(
        /^\w+/,
        random.pick([
          "FOO",
          "post",
          "",
          "P".repeat(300),
          "GE\u0000T",
          "M-SEARCH",
          "CONNECT",
          "PRI",
          "\u0016\u0003\u0001",
        ]),
      ),
  ],
  [
    5,
    (head, random) =>
      head.replace(
        / \S+ /,
        random.pick([
          " * ",
          "  ",
          " x ",
          " /\u0000 ",
          " / v1 ",
          " \t ",
          ` /${"y".repeat(67_000)} `,
          " http:// ",
          " ftp://a/v1/logs ",
        ]),
      ),
  ],
  [5, (head) => head.replaceAll("\r\n", "\n")],
  [
    6,
    (head, random) =>
      head.replace(
        /host:.*\r\n/i,
        random.pick([
          "",
          "host:\r\n",
          "host: -\r\n",
          "host: a\r\n",
          "host: [\r\n",
          "host: a b\r\n",
          "host: x/v1/logs?\r\n",
          "host: @\r\n",
          "host: \u00ff\r\n",
          "host: 127.0.0.1:99999\r\n",
          "host:\r\nhost: a\r\n",
        ]),
      ),
  ],
  [3, (head) => head.replace(/content-length:.*\r\n/i, "")],
  [5, (head, random) => head.replace("\r\n", () => `\r\n${"a: b\r\n".repeat(random.pick([90, 130, 250, 3000]))}`)],
  [3, (head, random) => random.pick(["\r\n", "\n", " ", "\r\n\r\n", "\u0000"]) + head],
];

/** `head` with one fault. */
export function brokenHead(head: Uint8Array, random: Random): Uint8Array {
  if (random.chance(0.3)) return damaged(head, random);
  if (random.chance(0.05)) return randomBytes(random, someLength(random, 300));
  return Buffer.from(weighted(random, BREAKS)(Buffer.from(head).toString("latin1"), random), "latin1");
}
