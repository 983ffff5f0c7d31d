import { describe, expect, test } from "bun:test";
import { Network } from "../../src/host/network.ts";
import { FakeHost, newBatch, numbersIn } from "./fake-host.ts";

function setCounters(host: FakeHost, name: string, received: number, sent: number): void {
  host.write(`sys/class/net/${name}/statistics/rx_bytes`, `${received}\n`);
  host.write(`sys/class/net/${name}/statistics/tx_bytes`, `${sent}\n`);
}

/** The network, and what a reading of it says: `[received, sent]` in bytes a second, nothing at first. */
function reading(host: FakeHost): { network: Network; read: (nowMs: number) => readonly unknown[] } {
  const batch = newBatch();
  const network = new Network(host.root, batch);
  const read = (nowMs: number): readonly unknown[] => {
    network.read(nowMs, 1);
    const numbers = numbersIn(batch);
    return ["receive", "transmit"].flatMap(
      (direction) => numbers[`system.network.io{device=internet,direction=${direction}}`] ?? [],
    );
  };
  return { network, read };
}

describe("Network.read()", () => {
  test("adds up the ports' bytes and makes them bytes a second, from the second reading on", () => {
    using host = new FakeHost();
    setCounters(host, "eth0", 1_000_000, 500);
    setCounters(host, "eth1", 7000, 0);
    const { network, read } = reading(host);
    network.use(["eth0", "eth1"]);
    expect(read(10_000)).toEqual([]);
    setCounters(host, "eth0", 1_003_000, 1500);
    setCounters(host, "eth1", 8000, 0);
    expect(read(12_000)).toEqual([2000, 500]);
    expect(read(13_000)).toEqual([0, 0]);
    expect(read(13_000)).toEqual([]);
    network.close();
  });

  test("takes a port that is new from its first reading on, and keeps the others' counts", () => {
    using host = new FakeHost();
    setCounters(host, "eth0", 100, 100);
    setCounters(host, "eth1", 9_000_000, 9_000_000);
    const { network, read } = reading(host);
    network.use(["eth0"]);
    read(0);
    network.use(["eth0", "eth1"]);
    setCounters(host, "eth0", 1100, 100);
    expect(read(1000)).toEqual([1000, 0]);
    setCounters(host, "eth1", 9_000_500, 9_000_000);
    expect(read(2000)).toEqual([500, 0]);
    network.use(["eth1"]);
    expect(network.ports).toEqual(["eth1"]);
    network.close();
  });

  test("never says less than nothing: a counter that was set back counts from there", () => {
    using host = new FakeHost();
    setCounters(host, "eth0", 5000, 5000);
    const { network, read } = reading(host);
    network.use(["eth0"]);
    read(0);
    setCounters(host, "eth0", 200, 6000);
    expect(read(1000)).toEqual([0, 1000]);
    setCounters(host, "eth0", 300, 6000);
    expect(read(2000)).toEqual([100, 0]);
    network.close();
  });

  test("goes on without a port that has gone away", () => {
    using host = new FakeHost();
    setCounters(host, "eth0", 0, 0);
    const { network, read } = reading(host);
    network.use(["eth0", "usb0"]);
    expect(read(0)).toEqual([]);
    setCounters(host, "eth0", 10, 20);
    expect(read(1000)).toEqual([10, 20]);
    network.close();
  });

  test("says 0 where there are no ports", () => {
    using host = new FakeHost();
    const { read } = reading(host);
    read(0);
    expect(read(1000)).toEqual([0, 0]);
  });
});
