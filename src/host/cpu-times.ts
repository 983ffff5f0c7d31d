import { HostFile } from "./host-file.ts";
import type { NumberScanner } from "./number-scanner.ts";

const [IDLE, IOWAIT, STEAL] = [3, 4, 7];
/** user, nice, system, idle, iowait, irq, softirq, steal. The two of guests that follow are in user and nice already. */
const STATES = 8;
/** The first line, `cpu`, is the sum of the cores; those of the cores are `cpu<n>`. */
const CPU = new TextEncoder().encode("cpu");
const RUNNING = new TextEncoder().encode("procs_running ");
/** A line that has not been read yet. */
const NEVER = -1;

/** The times of the machine's cores, by /proc/stat: what they did between the last two readings, in percent. */
export class CpuTimes {
  readonly #file: HostFile;
  /** Ticks at the last reading: {@link STATES} a line, the sum first, then core n at line n + 1. */
  #last = new Float64Array(0);
  /** Ticks since then, of one line. */
  readonly #spent = new Float64Array(STATES);
  #cores = 0;
  #busy = 0;
  #busiestCore = 0;
  #iowait = 0;
  #steal = 0;
  #running = 0;

  constructor(root: string) {
    this.#file = new HostFile(`${root}/proc/stat`);
  }

  /** Cores online; 0 before the first reading. */
  get cores(): number {
    return this.#cores;
  }

  /** Mean of all cores: everything but idling and waiting for disks. Includes {@link steal}, for such time is not free. */
  get busy(): number {
    return this.#busy;
  }

  /** {@link busy} of the busiest core. */
  get busiestCore(): number {
    return this.#busiestCore;
  }

  /** Idle, with a process that waits for a disk. */
  get iowait(): number {
    return this.#iowait;
  }

  /** Wanted by this machine, but the hypervisor ran another one. */
  get steal(): number {
    return this.#steal;
  }

  /** Threads that run or wait for a core now, the caller's among them; NaN when the kernel does not say. */
  get running(): number {
    return this.#running;
  }

  /** False when there is nothing to tell: at the first reading, and when no tick has passed. Throws when it is unreadable. */
  read(): boolean {
    const scanner = this.#file.read();
    let hasPassed = false;
    this.#cores = 0;
    this.#busiestCore = 0;
    for (let isSum = true; scanner.isAt(CPU); isSum = false, scanner.nextLine()) {
      const line = isSum ? 0 : scanner.next() + 1;
      if (!isSum) this.#cores++;
      const ticks = this.#take(scanner, line);
      if (ticks === 0) continue;
      const busy = this.#share(ticks - (this.#spent[IDLE] ?? 0) - (this.#spent[IOWAIT] ?? 0), ticks);
      if (!isSum) {
        this.#busiestCore = Math.max(this.#busiestCore, busy);
        continue;
      }
      hasPassed = true;
      this.#busy = busy;
      this.#iowait = this.#share(this.#spent[IOWAIT] ?? 0, ticks);
      this.#steal = this.#share(this.#spent[STEAL] ?? 0, ticks);
    }
    this.#running = scanner.numberOf(RUNNING);
    if (this.#cores === 0) throw new Error(`Cannot find a line of a core in "${this.#file.path}"`);
    return hasPassed;
  }

  close(): void {
    this.#file.close();
  }

  /** Takes a line's ticks, and returns how many passed since it was taken before: 0 for one that is new. */
  #take(scanner: NumberScanner, line: number): number {
    const start = line * STATES;
    if (this.#last.length < start + STATES) this.#grow(start + STATES);
    const isNew = this.#last[start] === NEVER;
    let sum = 0;
    for (let state = 0; state < STATES; state++) {
      const ticks = scanner.next();
      // A core's idle and iowait may go back by a tick or two: the kernel adds them up while they change.
      const spent = isNew ? 0 : Math.max(0, ticks - (this.#last[start + state] ?? 0));
      this.#last[start + state] = ticks;
      this.#spent[state] = spent;
      sum += spent;
    }
    return sum;
  }

  #share(part: number, whole: number): number {
    return (100 * part) / whole;
  }

  #grow(length: number): void {
    const grown = new Float64Array(length).fill(NEVER);
    grown.set(this.#last);
    this.#last = grown;
  }
}
