import { Child } from "../support/child.ts";
import type { GuestImage } from "./guest-image.ts";

/** The address at which a guest of QEMU's user network reaches the host's loopback; nothing leaves the machine. */
export const HOST_FROM_GUEST = "10.0.2.2";

const MEMORY_MIB = 1024;

/** A booted guest. Its console is the child's output. `await using` ends it, switched off or not. */
export function bootGuest({ disk, kernel, initrd }: GuestImage): Child {
  return new Child([
    "qemu-system-x86_64",
    // Without hardware virtualisation: where it is nested a guest may hang before its first word.
    ..."-accel tcg,thread=multi -cpu max -nographic -no-reboot -netdev user,id=n0 -device virtio-net-pci,netdev=n0".split(
      " ",
    ),
    "-m",
    String(MEMORY_MIB),
    "-smp",
    "2",
    "-kernel",
    kernel,
    "-initrd",
    initrd,
    "-append",
    "root=/dev/vda rw console=ttyS0 net.ifnames=0 quiet systemd.show_status=0",
    "-drive",
    `file=${disk},format=raw,if=virtio,cache=unsafe`,
  ]);
}
