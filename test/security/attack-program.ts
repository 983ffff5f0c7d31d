/**
 * A hostile sender, in a process of its own: connections that all do the same, again and again, for as long as it lives.
 * Its orders come as JSON in its one argument. It says `attacking` when all connections are there, and afterwards, each
 * half second, what it was answered: status → count. Raw sockets, because no HTTP client does such things.
 */
import { connect, type Socket } from "node:net";
import type { Orders } from "./attack.ts";

const orders: Orders = JSON.parse(process.argv[2] ?? "");
const request = Buffer.from(await Bun.file(orders.requestFile).arrayBuffer());
const headEnd = request.indexOf("\r\n\r\n") + 4;
/** A connection that has ended comes back after so long. */
const COME_BACK_AFTER_MS = 500;

const counts: Record<string, number> = {};
let answers = 0;
let open = 0;

for (let n = 0; n < orders.connections; n++) attack();
setInterval(() => process.stdout.write(`${JSON.stringify(counts)}\n`), 500);

function attack(): void {
  const socket = connect(orders.port, "127.0.0.1");
  let received = "";
  socket.on("error", () => count("error"));
  socket.on("close", () => setTimeout(attack, COME_BACK_AFTER_MS));
  socket.on("connect", () => {
    if (++open === orders.connections) process.stdout.write("attacking\n");
    void send(socket);
  });
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
    for (;;) {
      const head = received.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      if (head < 0 || received.length < head + 4 + length) return;
      answers++;
      count(received.slice(9, 12));
      received = received.slice(head + 4 + length);
      if (orders.manner === "flood") socket.write(request);
    }
  });
}

async function send(socket: Socket): Promise<void> {
  switch (orders.manner) {
    case "begin":
      socket.write(Buffer.concat([Buffer.from("GET / HTTP/1.1\r\nhost: localhost\r\nx: "), request.subarray(headEnd)]));
      break;
    case "flood":
      socket.write(request);
      break;
    case "announce":
      socket.write(request.subarray(0, headEnd + 1));
      break;
    case "stall":
      socket.write(request.subarray(0, -1));
      break;
    case "drip":
      socket.write(request.subarray(0, headEnd));
      for (let at = headEnd; at < request.length - 1; at++) {
        if (answers > 0) break;
        socket.write(request.subarray(at, at + 1));
        await Bun.sleep(20);
      }
      break;
    case "pipeline":
      while (!socket.destroyed) {
        await new Promise((resolve) => socket.write(Buffer.concat(Array<Buffer>(1000).fill(request)), resolve));
      }
      break;
  }
}

function count(what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}
