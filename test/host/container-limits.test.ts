import { describe, expect, test } from "bun:test";
import { containerLimits } from "../../src/host/container-limits.ts";
import { parseMounts } from "../../src/host/mounts.ts";
import { FakeHost } from "./fake-host.ts";

const NONE = { memory: undefined, cpu: undefined };
const GIB = 1024 ** 3;

const V2_MOUNT = "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
/** As Docker mounts them into a container, and as they are on its machine. */
const v1Mounts = (root: string): string =>
  ["memory", "cpu,cpuacct", "cpuset"]
    .map((name) => `34 31 0:31 ${root} /sys/fs/cgroup/${name} ro - cgroup cgroup rw,${name}\n`)
    .join("");

function limitsOf(host: FakeHost, mountInfo: string): unknown {
  const limits = containerLimits(host.root, parseMounts(mountInfo));
  return JSON.parse(JSON.stringify(limits).replaceAll(host.root, ""));
}

describe("containerLimits(), version 2", () => {
  test("a machine has no limits: its root cgroup has no such files but the cores", () => {
    using host = new FakeHost({
      "proc/1/cgroup": "0::/init.scope\n",
      "sys/fs/cgroup/cpuset.cpus.effective": "0-3\n",
      "sys/fs/cgroup/system.slice/agent.service/memory.max": "268435456\n",
    });
    expect(limitsOf(host, V2_MOUNT)).toEqual({
      // All of the machine's: no limit to whoever compares.
      cpu: { usageFile: "/sys/fs/cgroup/cpu.stat", version: 2, cores: 4 },
    });
  });

  test("a container's limits", () => {
    using host = new FakeHost({
      "proc/1/cgroup": "0::/\n",
      "sys/fs/cgroup/memory.max": `${4 * GIB}\n`,
      "sys/fs/cgroup/cpu.max": "150000 100000\n",
      "sys/fs/cgroup/cpuset.cpus.effective": "0-3,8,10-11\n",
    });
    expect(limitsOf(host, V2_MOUNT)).toEqual({
      memory: { cgroup: "/sys/fs/cgroup", version: 2, bytes: 4 * GIB },
      cpu: { usageFile: "/sys/fs/cgroup/cpu.stat", version: 2, cores: 1.5 },
    });
    host.write("sys/fs/cgroup/cpu.max", "max 100000\n");
    host.write("sys/fs/cgroup/memory.max", "max\n");
    expect(limitsOf(host, V2_MOUNT)).toEqual({
      cpu: { usageFile: "/sys/fs/cgroup/cpu.stat", version: 2, cores: 7 },
    });
  });

  test("the tightest limit of all that enclose it, measured where it is set; of equals the outermost", () => {
    using host = new FakeHost({
      "proc/1/cgroup": "0::/kubepods/pod/box\n",
      "sys/fs/cgroup/kubepods/memory.max": `${64 * GIB}\n`,
      "sys/fs/cgroup/kubepods/pod/memory.max": `${4 * GIB}\n`,
      "sys/fs/cgroup/kubepods/pod/box/memory.max": `${4 * GIB}\n`,
      "sys/fs/cgroup/kubepods/pod/cpu.max": "400000 100000\n",
      "sys/fs/cgroup/kubepods/pod/box/cpu.max": "200000 100000\n",
    });
    expect(limitsOf(host, V2_MOUNT)).toEqual({
      memory: { cgroup: "/sys/fs/cgroup/kubepods/pod", version: 2, bytes: 4 * GIB },
      cpu: { usageFile: "/sys/fs/cgroup/kubepods/pod/box/cpu.stat", version: 2, cores: 2 },
    });
  });

  test("none where process 1 cannot be looked at", () => {
    using host = new FakeHost({ "sys/fs/cgroup/memory.max": "1000\n" });
    expect(containerLimits(host.root, parseMounts(V2_MOUNT))).toEqual(NONE);
  });
});

describe("containerLimits(), version 1", () => {
  test("a container's limits", () => {
    using host = new FakeHost({
      "proc/1/cgroup": "12:memory:/docker/1\n5:cpuset:/docker/1\n4:cpu,cpuacct:/docker/1\n0::/docker/1\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": `${2 * GIB}\n`,
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/cpuset/cpuset.effective_cpus": "1\n",
    });
    const usageFile = "/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage";
    expect(limitsOf(host, v1Mounts("/docker/1"))).toEqual({
      memory: { cgroup: "/sys/fs/cgroup/memory", version: 1, bytes: 2 * GIB },
      cpu: { usageFile, version: 1, cores: 0.5 },
    });
    host.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    expect(limitsOf(host, v1Mounts("/docker/1"))).toMatchObject({ cpu: { usageFile, cores: 1 } });
  });

  test("in the machine's tree, with the usage at the same depth as the limit", () => {
    using host = new FakeHost({
      "proc/1/cgroup": "12:memory:/box\n5:cpuset:/\n4:cpu,cpuacct:/box\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/memory/box/memory.limit_in_bytes": `${GIB}\n`,
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us": "50000\n",
      "sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/cpuset/cpuset.effective_cpus": "0-1\n",
    });
    expect(limitsOf(host, v1Mounts("/"))).toEqual({
      memory: { cgroup: "/sys/fs/cgroup/memory/box", version: 1, bytes: GIB },
      cpu: { usageFile: "/sys/fs/cgroup/cpu,cpuacct/box/cpuacct.usage", version: 1, cores: 0.5 },
    });
  });
});
