import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { peerUids } from "../../src/lib/peer-uids.ts";

const hasProc = existsSync("/proc/net/tcp");
const NOBODY = 65_534;
const canBecomeNobody = process.geteuid?.() === 0 && Bun.which("setpriv") !== null && Bun.which("bash") !== null;

interface Connected extends AsyncDisposable {
  readonly port: number;
  /** The server's end of the next connection. */
  accept(): Promise<Socket>;
}

async function listen(host: string): Promise<Connected> {
  const server: Server = createServer({ allowHalfOpen: true });
  const sockets: Socket[] = [];
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    accept: async () => {
      const [socket] = await once(server, "connection");
      sockets.push(socket);
      return socket;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function peerOf({ remoteAddress: address = "", remotePort: port = 0 }: Socket) {
  return { address, port };
}

describe.skipIf(!hasProc)("peerUids()", () => {
  test.each([
    ["127.0.0.1", "127.0.0.1"],
    ["::1", "::1"],
    ["::", "127.0.0.1"],
    ["0.0.0.0", "127.0.0.3"],
  ])("of a listener on %s, asked at %s, is ourselves", async (host, at) => {
    await using server = await listen(host);
    const accepted = server.accept();
    const client = connect(server.port, at);
    const peer = peerOf(await accepted);
    expect(peerUids(peer, server.port)).toEqual([process.geteuid?.() ?? 0]);
    expect(peerUids({ ...peer, port: peer.port === 1 ? 2 : 1 }, server.port)).toEqual([]);
    expect(peerUids({ ...peer, address: "127.9.9.9" }, server.port)).toEqual([]);
    client.destroy();
  });

  test("of a connection that its maker has half closed is nobody: what is left of one counts as root's", async () => {
    await using server = await listen("127.0.0.1");
    const accepted = server.accept();
    const client = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    const socket = await accepted;
    const peer = peerOf(socket);
    socket.resume();
    client.end();
    await once(socket, "end");
    expect(peerUids(peer, server.port)).toEqual([]);
    client.destroy();
  });

  test.skipIf(!canBecomeNobody)("of another user's connection is that user", async () => {
    await using server = await listen("127.0.0.1");
    const accepted = server.accept();
    const script = `exec 3<>/dev/tcp/127.0.0.1/${server.port}; read -r _ <&3`;
    const child = Bun.spawn(["setpriv", `--reuid=${NOBODY}`, "--clear-groups", "bash", "-c", script]);
    const peer = peerOf(await accepted);
    expect(peerUids(peer, server.port)).toEqual([NOBODY]);
    child.kill();
    await child.exited;
  });

  test("of what is no address is nobody", () => {
    expect(peerUids({ address: "nonsense", port: 1 }, 1)).toEqual([]);
    expect(peerUids({ address: "", port: 1 }, 1)).toEqual([]);
  });
});
