/**
 * What the network's number says of known traffic through real interfaces of the kernel, in namespaces of their own: a
 * machine `box` whose only way out is eth0, to `world`; behind a bridge in it a container; over eth0 an overlay network.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { eventually } from "../support/eventually.ts";
import { Reading } from "./reading.ts";
import { needsRoot, run } from "./root-linux.ts";

setDefaultTimeout(20_000);

const PACKETS = 10_000;
const PAYLOAD_BYTES = 1400;
/** Ethernet, IPv4 and UDP. */
const HEADER_BYTES = 14 + 20 + 8;
/** Outer Ethernet, IPv4, UDP and VXLAN: the overlay's packets are carried in others. */
const OVERLAY_BYTES = 14 + 20 + 8 + 8;
const BYTES = PACKETS * (PAYLOAD_BYTES + HEADER_BYTES);

/** A network namespace, held by a process. */
class Namespace {
  readonly #holder: Bun.Subprocess;
  readonly enter: readonly string[];

  constructor() {
    // A mount of /sys shows the interfaces of the namespace that it was mounted in.
    const hold = ["sh", "-c", "mount -t sysfs sysfs /sys && exec sleep 600"];
    this.#holder = Bun.spawn(["unshare", "--net", "--mount", ...hold], { stdout: "ignore" });
    this.enter = ["nsenter", `--target=${this.pid}`, "--net", "--mount", "--"];
  }

  get pid(): number {
    return this.#holder.pid;
  }

  async ready(): Promise<void> {
    const names = async (): Promise<string> => await Bun.file(`/proc/${this.pid}/comm`).text();
    await eventually("a namespace", async () => (await names()) === "sleep\n");
    this.ip("link set lo up");
  }

  ip(command: string): void {
    run(...this.enter, "ip", ...command.split(" "));
  }

  /** Sends the packets to an address that takes them without an answer. */
  send(address: string): void {
    const script = `exec 3>/dev/udp/${address}/9; dd if=/dev/zero bs=${PAYLOAD_BYTES} count=${PACKETS} status=none >&3`;
    run(...this.enter, "bash", "-c", script);
  }

  macOf(name: string): string {
    return run(...this.enter, "cat", `/sys/class/net/${name}/address`).trim();
  }

  end(): void {
    this.#holder.kill("SIGKILL");
  }
}

/** An address behind `device` that nobody has: packets go out, nothing comes back. */
const SINK = "lladdr 02:00:00:00:00:77 nud permanent";

/** A packet of the kernel's own may come in between, as one that looks for a neighbour. */
function about(bytes: number): readonly [number, number] {
  return [bytes * 0.9999, bytes * 1.001];
}

describe.skipIf(needsRoot.missing)(needsRoot.title("the network's bytes"), () => {
  let world: Namespace;
  let box: Namespace;
  let container: Namespace;

  beforeAll(async () => {
    [world, box, container] = [new Namespace(), new Namespace(), new Namespace()];
    await Promise.all([world.ready(), box.ready(), container.ready()]);
    box.ip(`link add eth0 type veth peer name w0 netns ${world.pid}`);
    world.ip("addr add 10.9.0.1/24 dev w0");
    world.ip("link set w0 up");
    box.ip("addr add 10.9.0.2/24 dev eth0");
    box.ip("link set eth0 up");
    box.ip("route add default via 10.9.0.1");
    box.ip(`neigh add 10.9.0.77 dev eth0 ${SINK}`);

    box.ip("link add name br0 type bridge");
    box.ip(`link add c0 type veth peer name eth0 netns ${container.pid}`);
    box.ip("link set c0 master br0 up");
    box.ip("addr add 10.8.0.1/24 dev br0");
    box.ip("link set br0 up");
    run(...box.enter, "sysctl", "--quiet", "--write", "net.ipv4.ip_forward=1");
    container.ip("addr add 10.8.0.2/24 dev eth0");
    container.ip("link set eth0 up");
    container.ip("route add default via 10.8.0.1");

    box.ip("link add vxlan0 type vxlan id 7 remote 10.9.0.1 dstport 4789 dev eth0");
    box.ip("addr add 10.7.0.2/24 dev vxlan0");
    box.ip("link set vxlan0 up");
    box.ip(`neigh add 10.7.0.77 dev vxlan0 ${SINK}`);

    // What is sent to these addresses is the box's to take, and it drops it.
    world.ip(`neigh add 10.9.0.99 lladdr ${box.macOf("eth0")} dev w0 nud permanent`);
    container.ip(`neigh add 10.8.0.99 lladdr ${box.macOf("br0")} dev eth0 nud permanent`);
    box.ip("route add blackhole 10.9.0.99");
    box.ip("route add blackhole 10.8.0.99");
  });

  afterAll(() => {
    for (const namespace of [world, box, container]) namespace.end();
  });

  /** Bytes in and out, by the number, while `send` runs. */
  async function measured(send: () => void): Promise<{ received: number; sent: number }> {
    await using reading = await Reading.begin(box.enter);
    send();
    const { atMs, numbers } = await reading.end();
    const seconds = (atMs - reading.first.atMs) / 1000;
    const bytes = (direction: string): number =>
      seconds * (numbers[`system.network.io{device=internet,direction=${direction}}`] ?? Number.NaN);
    return { received: bytes("receive"), sent: bytes("transmit") };
  }

  test.each([
    ["from the machine itself", () => box.send("10.9.0.77"), BYTES],
    ["from a container, over its pair, the bridge and the port", () => container.send("10.9.0.77"), BYTES],
    ["over an overlay network", () => box.send("10.7.0.77"), BYTES + PACKETS * OVERLAY_BYTES],
  ] as const)("that leave %s count once", async (_, send, bytes) => {
    const { received, sent } = await measured(send);
    expect(sent).toBeWithin(...about(bytes));
    expect(received).toBeLessThan(bytes / 1000);
  });

  test("that enter count once", async () => {
    const { received, sent } = await measured(() => world.send("10.9.0.99"));
    expect(received).toBeWithin(...about(BYTES));
    expect(sent).toBeLessThan(BYTES / 1000);
  });

  test("that stay inside count nothing", async () => {
    const { received, sent } = await measured(() => container.send("10.8.0.99"));
    expect(received).toBeLessThan(BYTES / 1000);
    expect(sent).toBeLessThan(BYTES / 1000);
  });
});
