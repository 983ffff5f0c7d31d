import { afterEach, beforeEach, expect, test } from "bun:test";
import { connect, createServer, type Socket } from "node:net";
import { once } from "node:events";
import { ConnectionCap, CONNECTIONS_MAX } from "../../src/http/connection-cap.ts";
import { connectionsTo, endConnection, type TcpConnection } from "../../src/lib/tcp-sockets.ts";
import { captureLog, releaseLog } from "../support/captured-log.ts";
import { listening } from "../support/listening.ts";
import { TestClock } from "../support/test-clock.ts";
import { eventually } from "../support/eventually.ts";

let log: string[] = [];
beforeEach(() => (log = captureLog()));
afterEach(releaseLog);

class TestSockets {
  connections: TcpConnection[] = [];
  readonly ended: number[] = [];
  looks = 0;

  openFiles(): number {
    return this.connections.length + 40;
  }

  filesMax(): number {
    return 20_000;
  }

  connectionsTo(): readonly TcpConnection[] {
    this.looks++;
    return this.connections;
  }

  end({ fd }: TcpConnection): void {
    this.ended.push(fd);
    this.connections = this.connections.filter((connection) => connection.fd !== fd);
  }
}

function connections(count: number): TcpConnection[] {
  return Array.from({ length: count }, (_, n) => ({ fd: n, quietMs: n }));
}

test("ConnectionCap ends the quietest connections above its limit, and says so once", () => {
  const [sockets, clock] = [new TestSockets(), new TestClock()];
  const cap = new ConnectionCap(1, sockets, clock);
  for (let n = 0; n < 2; n++) {
    sockets.connections = connections(CONNECTIONS_MAX + 2);
    clock.pass(500);
  }
  expect(sockets.ended).toEqual([CONNECTIONS_MAX + 1, CONNECTIONS_MAX, CONNECTIONS_MAX + 1, CONNECTIONS_MAX]);
  expect(cap.ended).toBe(4);
  expect(log).toEqual([
    `WARN  http: Too many connections; the quietest are ended; said once connections=${CONNECTIONS_MAX + 2} most=${CONNECTIONS_MAX}`,
  ]);
  cap.close();
  expect(clock.timers).toBe(0);
});

test("ConnectionCap does not look at connections while few files are open", () => {
  const [sockets, clock] = [new TestSockets(), new TestClock()];
  sockets.connections = connections(CONNECTIONS_MAX - 40);
  const cap = new ConnectionCap(1, sockets, clock);
  clock.pass(5000);
  expect([sockets.looks, sockets.ended, cap.ended]).toEqual([0, [], 0]);
});

test("ConnectionCap looks more often while there are many", () => {
  const [sockets, clock] = [new TestSockets(), new TestClock()];
  sockets.connections = connections(CONNECTIONS_MAX / 2);
  const cap = new ConnectionCap(1, sockets, clock);
  clock.pass(500);
  sockets.connections = connections(CONNECTIONS_MAX + 1);
  clock.pass(100);
  expect([sockets.ended, cap.ended]).toEqual([[CONNECTIONS_MAX], 1]);
});

test("ConnectionCap leaves half of the files that the process may open to others", () => {
  const [sockets, clock] = [new TestSockets(), new TestClock()];
  sockets.filesMax = () => 200;
  sockets.connections = connections(103);
  const cap = new ConnectionCap(1, sockets, clock);
  clock.pass(500);
  expect([sockets.ended, cap.ended]).toEqual([[102, 101, 100], 3]);
});

test.skipIf(process.platform !== "linux")(
  "connectionsTo() knows how long each is quiet, endConnection() ends it",
  async () => {
    const accepted: Socket[] = [];
    const server = createServer((socket) => accepted.push(socket.resume()));
    const port = await listening(server);
    const [quiet, busy] = [connect(port, "127.0.0.1"), connect(port, "127.0.0.1")];
    try {
      await Promise.all([once(quiet, "connect"), once(busy, "connect")]);
      const found = () => connectionsTo(port).toSorted((a, b) => b.quietMs - a.quietMs);
      await eventually("both to be quiet for a while", () => found().every(({ quietMs }) => quietMs >= 200));
      busy.write("x");
      const first = await eventually("one that is quiet no longer", () => {
        const [quieter, other, ...more] = found();
        expect(more).toEqual([]);
        return quieter !== undefined && other !== undefined && other.quietMs < quieter.quietMs - 100 && quieter;
      });
      endConnection(first);
      await once(quiet.resume(), "close");
      expect(busy.closed).toBe(false);
    } finally {
      for (const socket of [quiet, busy, ...accepted]) socket.destroy();
      server.close();
    }
  },
);
