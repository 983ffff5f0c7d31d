import { describe, expect, test } from "bun:test";
import { cgroupsAround, enclosingCgroups } from "../../src/host/cgroups.ts";
import type { Mount } from "../../src/host/mounts.ts";

const v2 = (root = "/", mountPoint = "/sys/fs/cgroup"): Mount => ({
  device: "0:28",
  root,
  mountPoint,
  type: "cgroup2",
  superOptions: ["rw", "nsdelegate"],
});

const v1 = (controllers: string, root = "/"): Mount => ({
  device: "0:30",
  root,
  mountPoint: `/sys/fs/cgroup/${controllers}`,
  type: "cgroup",
  superOptions: ["rw", ...controllers.split(",")],
});

describe("enclosingCgroups(), version 2", () => {
  test.each([
    ["a machine with systemd", "/init.scope", ["/sys/fs/cgroup"]],
    ["a machine without systemd", "/", ["/sys/fs/cgroup"]],
    ["a container with a cgroup namespace of its own, as Docker's and Kubernetes's", "/", ["/sys/fs/cgroup"]],
    ["such a container that runs systemd", "/init.scope", ["/sys/fs/cgroup"]],
    ["one that has moved its processes down, as Docker in Docker", "/init", ["/sys/fs/cgroup", "/sys/fs/cgroup/init"]],
    [
      "a container in the machine's cgroup namespace",
      "/kubepods.slice/pod1.slice/cri-2.scope",
      [
        "/sys/fs/cgroup",
        "/sys/fs/cgroup/kubepods.slice",
        "/sys/fs/cgroup/kubepods.slice/pod1.slice",
        "/sys/fs/cgroup/kubepods.slice/pod1.slice/cri-2.scope",
      ],
    ],
    [
      "a container that runs systemd there",
      "/lxc/1/init.scope",
      ["/sys/fs/cgroup", "/sys/fs/cgroup/lxc", "/sys/fs/cgroup/lxc/1"],
    ],
    ["a container that sees the machine's processes", "/../../init.scope", []],
    ["a container that sees those of a machine without systemd", "/../..", []],
    ["a container of a pod that shares its processes", "/../cri-pause.scope", ["/sys/fs/cgroup"]],
    ["a unit with processes of its own (PrivatePIDs=)", "/system.slice/agent.service", []],
  ])("%s", (_, path, expected) => {
    expect(enclosingCgroups("v2", `0::${path}\n`, [v2()])).toEqual(expected);
  });

  test("a container that is shown its own subtree", () => {
    expect(enclosingCgroups("v2", "0::/docker/1/init\n", [v2("/docker/1")])).toEqual([
      "/sys/fs/cgroup",
      "/sys/fs/cgroup/init",
    ]);
    expect(enclosingCgroups("v2", "0::/docker/12\n", [v2("/docker/1")])).toEqual([]);
  });

  test("nothing is mounted, or process 1 cannot be seen", () => {
    expect(enclosingCgroups("v2", "0::/\n", [v1("memory")])).toEqual([]);
    expect(enclosingCgroups("v2", "", [v2()])).toEqual([]);
  });
});

describe("enclosingCgroups(), version 1", () => {
  const DOCKER = "12:memory:/docker/1\n4:cpu,cpuacct:/docker/1\n0::/docker/1\n";

  test("takes the hierarchy of the controller, alone or with others", () => {
    const mounts = [v1("memory", "/docker/1"), v1("cpu,cpuacct", "/docker/1")];
    expect(enclosingCgroups("memory", DOCKER, mounts)).toEqual(["/sys/fs/cgroup/memory"]);
    expect(enclosingCgroups("cpu", DOCKER, mounts)).toEqual(["/sys/fs/cgroup/cpu,cpuacct"]);
    expect(enclosingCgroups("cpuacct", DOCKER, mounts)).toEqual(["/sys/fs/cgroup/cpu,cpuacct"]);
    expect(enclosingCgroups("cpuset", DOCKER, mounts)).toEqual([]);
  });

  test("a machine with systemd, where the agent's own unit has limits", () => {
    const processOne = "12:memory:/init.scope\n4:cpu,cpuacct:/\n1:name=systemd:/init.scope\n0::/init.scope\n";
    expect(enclosingCgroups("memory", processOne, [v1("memory")])).toEqual(["/sys/fs/cgroup/memory"]);
  });

  test("a path with a colon", () => {
    expect(enclosingCgroups("memory", "12:memory:/a:b\n", [v1("memory")])).toEqual([
      "/sys/fs/cgroup/memory",
      "/sys/fs/cgroup/memory/a:b",
    ]);
  });
});

describe("cgroupsAround()", () => {
  test.each([
    ["a service", "/system.slice/a.service", ["", "/system.slice", "/system.slice/a.service"]],
    ["systemd's own", "/init.scope", ["", "/init.scope"]],
    ["the root, or that of the namespace", "/", [""]],
    ["a cgroup outside of the namespace", "/../other", []],
  ])("%s", (_, path, expected) => {
    const folders = cgroupsAround("v2", `0::${path}\n`, [v1("memory"), v2()]);
    expect(folders).toEqual(expected.map((folder) => `/sys/fs/cgroup${folder}`));
  });

  test("nothing is mounted, or the process is gone", () => {
    expect(cgroupsAround("v2", "0::/a\n", [v1("memory")])).toEqual([]);
    expect(cgroupsAround("v2", "", [v2()])).toEqual([]);
  });
});
