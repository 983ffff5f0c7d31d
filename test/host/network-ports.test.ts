import { describe, expect, test } from "bun:test";
import { networkPorts } from "../../src/host/network-ports.ts";
import { FakeHost } from "./fake-host.ts";

interface Interface {
  /** Its index; 0 for none. Default: as `link`. */
  readonly index: number;
  /** Default: its own index. */
  readonly link?: number;
  /** ARPHRD_*; default: Ethernet. */
  readonly type?: number;
  readonly device?: string;
  readonly master?: string;
  readonly lower?: readonly string[];
  readonly isTun?: boolean;
}

const LOOPBACK = { index: 1, type: 772 };
const [IPIP, NONE] = [768, 65534];

function machineWith(interfaces: Readonly<Record<string, Interface>>, files: Record<string, string> = {}): FakeHost {
  const host = new FakeHost(files);
  for (const [name, { index, link = index, type = 1, device, master, lower = [], isTun }] of Object.entries(
    interfaces,
  )) {
    const folder = `sys/class/net/${name}`;
    host.write(`${folder}/ifindex`, `${index}\n`);
    host.write(`${folder}/iflink`, `${link}\n`);
    host.write(`${folder}/type`, `${type}\n`);
    if (isTun === true) host.write(`${folder}/tun_flags`, "0x1001\n");
    if (device !== undefined) {
      host.write(`sys/devices/${device}/vendor`, "0x1af4\n");
      host.link(`${folder}/device`, `../../../devices/${device}`);
    }
    if (master !== undefined) host.link(`${folder}/master`, `../${master}`);
    for (const below of lower) host.link(`${folder}/lower_${below}`, `../${below}`);
  }
  return host;
}

const route = (name: string, destination = "00000000", flags = "0003"): string =>
  `${name}\t${destination}\t010200C0\t${flags}\t0\t0\t0\t${destination === "00000000" ? destination : "00FFFFFF"}\t0\t0\t0\n`;
const routes = (...rows: readonly string[]): Record<string, string> => ({
  "proc/net/route": `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n${rows.join("")}`,
});

describe("networkPorts() of a machine", () => {
  test("are what has a device, whatever lies over it", () => {
    using host = machineWith(
      {
        lo: LOOPBACK,
        enp1s0: { index: 2, device: "pci0000:00/0000:00:03.0" },
        eth1: { index: 3, device: "pci0000:00/0000:00:04.0", master: "bond0" },
        eth2: { index: 4, device: "pci0000:00/0000:00:05.0", master: "bond0" },
        bond0: { index: 5, lower: ["eth1", "eth2"] },
        "bond0.7": { index: 6, link: 5, lower: ["bond0"] },
        docker0: { index: 7, lower: ["veth1"] },
        veth1: { index: 8, link: 2, master: "docker0" },
        "company-vpn": { index: 9, type: NONE, isTun: true },
        wg0: { index: 10, type: NONE },
        internet: { index: 11 },
        tunl0: { index: 12, link: 0, type: IPIP },
      },
      routes(route("company-vpn")),
    );
    // A file that the kernel puts among the interfaces.
    host.write("sys/class/net/bonding_masters", "bond0\n");
    expect(networkPorts(host.root)).toEqual(["enp1s0", "eth1", "eth2"]);
  });

  test("leave out a fast path that the port above it counts as well", () => {
    // Azure's accelerated networking: the driver of eth0 adds up what went through the virtual function.
    using host = machineWith({
      lo: LOOPBACK,
      eth0: { index: 2, device: "vmbus/1", lower: ["enP1s1"] },
      enP1s1: { index: 3, device: "pci0001:00/0001:00:02.0", master: "eth0" },
    });
    expect(networkPorts(host.root)).toEqual(["eth0"]);
  });
});

test("networkPorts() of a container that was lent a port are the port and the way of the default route", () => {
  using host = machineWith(
    {
      lo: LOOPBACK,
      eth0: { index: 2, link: 12 },
      net1: { index: 3, device: "pci0000:00/0000:00:09.1" },
    },
    routes(route("eth0")),
  );
  expect(networkPorts(host.root)).toEqual(["net1", "eth0"]);
});

describe("networkPorts() where nothing has a device", () => {
  test("are what the default route goes through, here in a container with containers of its own", () => {
    using host = machineWith(
      {
        lo: LOOPBACK,
        eth0: { index: 2, link: 12 },
        docker0: { index: 3, lower: ["veth1"] },
        veth1: { index: 4, link: 2, master: "docker0" },
        // Some bring their ends in without a bridge.
        cali2: { index: 5, link: 2 },
        tunl0: { index: 6, link: 0, type: IPIP },
      },
      routes(route("eth0"), route("docker0", "000011AC", "0001")),
    );
    expect(networkPorts(host.root)).toEqual(["eth0"]);
  });

  test("are those of IPv6 as well, but for routes that refuse", () => {
    const zeros = "0".repeat(32);
    const row = (name: string, flags: string): string =>
      `${zeros} 00 ${zeros} 00 fd000000000000000000000000000001 00000400 00000002 00000000 ${flags} ${name}\n`;
    using host = machineWith(
      { lo: LOOPBACK, eth0: { index: 2, link: 12 }, eth1: { index: 3, link: 13 } },
      { "proc/net/ipv6_route": row("eth1", "00000003") + row("lo", "00200200") },
    );
    expect(networkPorts(host.root)).toEqual(["eth1"]);
  });

  test("are not a tunnel that has taken the default route, but the end that its packets leave by", () => {
    using host = machineWith(
      {
        lo: LOOPBACK,
        eth0: { index: 2, link: 12 },
        wg0: { index: 3, type: NONE },
        tap0: { index: 4, isTun: true },
      },
      routes(route("wg0"), route("tap0")),
    );
    expect(networkPorts(host.root)).toEqual(["eth0"]);
  });

  test("are all ends where there is no default route, without what only lies inside", () => {
    using host = machineWith({
      lo: LOOPBACK,
      eth0: { index: 2, link: 12 },
      eth1: { index: 3, link: 13 },
      br0: { index: 4, lower: ["veth1"] },
      veth1: { index: 5, link: 2, master: "br0" },
      macvlan1: { index: 6, link: 2, lower: ["eth0"] },
      dummy0: { index: 7 },
      ifb0: { index: 8 },
    });
    expect(networkPorts(host.root)).toEqual(["eth0", "eth1"]);
  });

  test("are a program's interface where that is all there is, as without root", () => {
    using host = machineWith({ lo: LOOPBACK, tap0: { index: 2, isTun: true } }, routes(route("tap0")));
    expect(networkPorts(host.root)).toEqual(["tap0"]);
  });

  test("are none where there is only the loopback", () => {
    using host = machineWith({ lo: LOOPBACK });
    expect(networkPorts(host.root)).toEqual([]);
  });
});

test("networkPorts() throws where interfaces cannot be listed", () => {
  using host = new FakeHost();
  expect(() => networkPorts(host.root)).toThrow("sys/class/net");
});
