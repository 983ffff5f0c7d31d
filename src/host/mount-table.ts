import { HostFile } from "./host-file.ts";
import { type Mount, parseMounts } from "./mounts.ts";

/** The mounts. They are read often and change seldom, so what was parsed is kept. */
export class MountTable {
  readonly #file: HostFile;
  #text = Buffer.alloc(0);
  #mounts: readonly Mount[] = [];

  constructor(root: string) {
    this.#file = new HostFile(`${root}/proc/self/mountinfo`);
  }

  /** The same array as before when nothing was mounted or unmounted meanwhile. Throws when it is unreadable. */
  read(): readonly Mount[] {
    const text = this.#file.readAll();
    if (!text.equals(this.#text)) {
      this.#text = Buffer.from(text);
      this.#mounts = parseMounts(this.#text.toString("utf8"));
    }
    return this.#mounts;
  }

  close(): void {
    this.#file.close();
  }
}
