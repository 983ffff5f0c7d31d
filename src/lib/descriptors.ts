/** This folder of Linux's kernel holds what this process has open, each by its number (proc(5)). */
export const DESCRIPTORS = "/proc/self/fd";

/** A path to what is open as `fd`, whatever is at its own path by now. On Linux, where /proc is mounted. */
export function descriptorPath(fd: number): string {
  return `${DESCRIPTORS}/${fd}`;
}
