import { once } from "node:events";
import type { Server } from "node:net";

/** The loopback port that `server` listens on from now on. */
export async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
