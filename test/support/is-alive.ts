/** Whether there is a process `pid`; one that has ended and that nobody has waited for counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
