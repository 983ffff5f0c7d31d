import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";

/** The local port of a connection to `target`, one that nothing else uses: the kernel gives a port out more than once. */
export async function loneConnection(target: number): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = connect(target, "127.0.0.1").resume();
    await once(socket, "connect");
    const { localPort: port = 0 } = socket;
    const hex = port.toString(16).toUpperCase().padStart(4, "0");
    const rows = readFileSync("/proc/net/tcp", "utf8").split("\n");
    // Its own end, and the far end that names it.
    if (rows.filter((row) => row.includes(`:${hex} `)).length <= 2) return port;
  }
  throw new Error("no connection with a port of its own");
}
