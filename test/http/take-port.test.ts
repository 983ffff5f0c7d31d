import { expect, test } from "bun:test";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { RECEIVE_BUFFER_BYTES, takePort } from "../../src/http/take-port.ts";
import { eventually } from "../support/eventually.ts";

const MIB = 1024 * 1024;

/** What the kernel keeps of connections to `port` that nobody has read. */
function unreadBytes(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const sockets = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address = ""]) => address.endsWith(local));
  return Math.max(...sockets.map(([, , , , queues = ""]) => Number.parseInt(queues.split(":")[1] ?? "", 16)));
}

test.skipIf(process.platform !== "linux")("the kernel keeps little of a connection that nobody reads", async () => {
  const server = await takePort({ host: "127.0.0.1", port: 0 }, () => new Promise<Response>(() => {}));
  const port = server.port ?? 0;
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  try {
    await once(socket, "connect");
    socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${32 * MIB}\r\n\r\n`);
    socket.write(new Uint8Array(32 * MIB));
    let before = 0;
    const takesNoMore = (): number | undefined => {
      const now = unreadBytes(port);
      const isStill = now > 0 && now === before;
      before = now;
      return isStill ? now : undefined;
    };
    const unread = await eventually("the kernel to take no more", takesNoMore, { everyMs: 50 });
    expect(unread).toBeLessThanOrEqual(2 * RECEIVE_BUFFER_BYTES);
  } finally {
    socket.destroy();
    await server.stop(true);
  }
});
