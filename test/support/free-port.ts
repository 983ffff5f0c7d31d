import { createServer } from "node:net";

const given = new Set<number>();

/** A loopback port that nobody listened on a moment ago, another one each time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await anyPort();
    if (given.has(port)) continue;
    given.add(port);
    return port;
  }
}

function anyPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === "string") reject(new Error("Cannot find a free port: no address"));
        else resolve(address.port);
      });
    });
  });
}
