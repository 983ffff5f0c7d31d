import type { CpuClock } from "../../src/host/process-table.ts";
import type { FakeHost } from "./fake-host.ts";

/** What /proc says of a process. Times are in ms. */
export interface FakeProcess {
  readonly name?: string;
  readonly parentPid?: number;
  readonly cpuMs?: number;
  readonly childrenMs?: number;
  readonly startedMs?: number;
  readonly pages?: number;
  readonly privateKib?: number;
  readonly read?: number;
  readonly written?: number;
}

/** `/proc/PID/stat`, with a half of each time in user and in system. */
export function processStat(pid: number, it: FakeProcess = {}): string {
  const { name = "program", parentPid = 1, startedMs = 0, pages = 0 } = it;
  const after = `${halves(it.cpuMs)} ${halves(it.childrenMs)} 20 0 1 0 ${startedMs / 10} 3133440 ${pages}`;
  return `${pid} (${name}) S ${parentPid} 3847 31764 0 -1 4194304 100 0 0 0 ${after} 18446744073709551615 1 1 0 0\n`;
}

/** The processes of a fake host, with a clock that tells the CPU time which their files have. */
export class FakeProcesses {
  readonly #host: FakeHost;
  readonly #all = new Map<number, FakeProcess>();

  constructor(host: FakeHost) {
    this.#host = host;
    this.up(1000);
  }

  readonly clock: CpuClock = (pid) => this.#all.get(pid)?.cpuMs ?? (this.#all.has(pid) ? 0 : Number.NaN);

  /** The machine has run for so long. */
  up(seconds: number): void {
    this.#host.write("proc/uptime", `${seconds.toFixed(2)} 1.00\n`);
  }

  /** Adds it or changes what is given. */
  set(pid: number, changes: FakeProcess = {}): void {
    const it = { ...this.#all.get(pid), ...changes };
    this.#all.set(pid, it);
    this.#host.write(`proc/${pid}/stat`, processStat(pid, it));
    const kib = it.privateKib ?? (it.pages ?? 0) * 4;
    this.#host.write(`proc/${pid}/status`, `Name:\t${it.name}\nVmRSS:\t   9 kB\nRssAnon:\t    ${kib} kB\n`);
    const { read = 0, written = 0 } = it;
    this.#host.write(
      `proc/${pid}/io`,
      `rchar: 7\nread_bytes: ${read}\nwrite_bytes: ${written}\ncancelled_write_bytes: 1\n`,
    );
    this.#host.write(`proc/${pid}/cmdline`, `${it.name}\0--password\0secret\0`);
  }

  end(pid: number): void {
    this.#all.delete(pid);
    this.#host.remove(`proc/${pid}`);
  }
}

function halves(ms = 0): string {
  return `${Math.ceil(ms / 20)} ${Math.floor(ms / 20)}`;
}
