/**
 * The load: prebuilt requests in turn, each made new before it is sent, over connections that stay open, the next one
 * when the answer to the last is there. A process of its own, so that it can have a core of its own; raw sockets, because
 * an HTTP client costs more than the servers that are measured. Its order comes as JSON in its one argument, its report
 * goes to standard output: the line `measuring` when the warm-up is over, then a line of JSON.
 */
import { type Report, type Order, Latencies } from "./load.ts";
import { type PreparedRequest, readRequests, RequestQueue } from "./request-file.ts";

interface Line {
  /** Undefined once all of it is written: then another connection may have it. */
  request: PreparedRequest | undefined;
  /** Bytes of the request that are written. */
  sent: number;
  startedAtNs: number;
  isBusy: boolean;
  received: string;
}

type Connection = Bun.Socket<Line>;

const order: Order = JSON.parse(process.argv[2] ?? "");
const requests = new RequestQueue(await readRequests(order.requestFile), order.connections);
const latencies = new Latencies();
const count = order.countFile === undefined ? undefined : new Float64Array(Bun.mmap(order.countFile).buffer);
let isMeasuring = false;
let isOver = false;
let accepted = 0;
let refused = 0;
let failed = 0;

const handlers: Bun.SocketHandler<Line> = {
  data: (connection, chunk) => onData(connection, chunk),
  drain: (connection) => writeRest(connection),
  close: () => {
    if (!isOver) failed++;
  },
};

const connections = await Promise.all(
  Array.from({ length: order.connections }, () =>
    Bun.connect<Line>({
      hostname: "127.0.0.1",
      port: order.port,
      data: { request: undefined, sent: 0, startedAtNs: 0, isBusy: false, received: "" },
      socket: handlers,
    }),
  ),
);

const timer = order.requestsPerSecond === undefined ? startAll() : startTimed(order.requestsPerSecond);
await Bun.sleep(order.warmUpMs);
isMeasuring = true;
process.stdout.write("measuring\n");
const [startedAtNs, cpuBefore] = [Bun.nanoseconds(), process.cpuUsage()];
await Bun.sleep(order.measureMs);
isMeasuring = false;
const seconds = (Bun.nanoseconds() - startedAtNs) / 1e9;
const { user, system } = process.cpuUsage(cpuBefore);
const report: Report = {
  seconds,
  cpuPercent: (user + system) / 1e4 / seconds,
  accepted,
  refused,
  failed,
  p50Ms: latencies.quantileMs(0.5),
  p99Ms: latencies.quantileMs(0.99),
  maxMs: latencies.quantileMs(1),
};
isOver = true;
clearInterval(timer);
process.stdout.write(`${JSON.stringify(report)}\n`);
for (const connection of connections) connection.end();
process.exit(0);

function startAll(): undefined {
  for (const connection of connections) send(connection);
}

/**
 * Sends what is due each millisecond, on the free connection that has rested longest, so that none idles until it is
 * closed; what finds none free is late, not left out.
 */
function startTimed(requestsPerSecond: number): NodeJS.Timeout {
  const startedAtMs = performance.now();
  let [sent, turn] = [0, 0];
  return setInterval(() => {
    const due = ((performance.now() - startedAtMs) / 1000) * requestsPerSecond;
    for (let tried = 0; tried < connections.length && sent < due; tried++) {
      const connection = connections[turn++ % connections.length];
      if (connection === undefined || connection.data.isBusy) continue;
      send(connection);
      sent++;
    }
  }, 1);
}

function send(connection: Connection): void {
  const line = connection.data;
  line.request = requests.take();
  line.sent = 0;
  line.isBusy = true;
  line.startedAtNs = Bun.nanoseconds();
  writeRest(connection);
}

function writeRest(connection: Connection): void {
  const line = connection.data;
  const { request } = line;
  if (request === undefined) return;
  const { bytes } = request;
  while (line.sent < bytes.length) {
    const written = connection.write(line.sent === 0 ? bytes : bytes.subarray(line.sent));
    if (written <= 0) return;
    line.sent += written;
  }
  line.request = undefined;
  requests.putBack(request);
}

function onData(connection: Connection, chunk: Buffer): void {
  const line = connection.data;
  line.received += chunk.toString("latin1");
  const headEnd = line.received.indexOf("\r\n\r\n");
  if (headEnd < 0) return;
  const length = /content-length: (\d+)/i.exec(line.received)?.[1] ?? "0";
  if (line.received.length < headEnd + 4 + Number(length)) return;
  const status = line.received.slice(9, 12);
  line.received = "";
  if (count !== undefined && status === "200") count[0] = (count[0] ?? 0) + 1;
  if (isMeasuring) {
    if (status === "200") accepted++;
    else if (status === "503") refused++;
    else failed++;
    latencies.add(Bun.nanoseconds() - line.startedAtNs);
  }
  if (isOver) return;
  if (status === "503") setTimeout(() => answered(connection), order.refusedPauseMs);
  else answered(connection);
}

function answered(connection: Connection): void {
  connection.data.isBusy = false;
  if (order.requestsPerSecond === undefined && !isOver) send(connection);
}
