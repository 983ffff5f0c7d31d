import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import { TempDir } from "./temp-dir.ts";

const SIZE = "200M";

/** An ext4 file system of its own that can meet an error, and is then read-only as a failing disk's is. Needs root on Linux. */
export class FailingDisk implements AsyncDisposable {
  readonly #directory: TempDir;
  readonly #mountPoint: string;

  private constructor(directory: TempDir, mountPoint: string) {
    this.#directory = directory;
    this.#mountPoint = mountPoint;
  }

  /** Undefined where none can be made: no root, no mkfs.ext4, no loop devices. */
  static create(): FailingDisk | undefined {
    const directory = new TempDir("disk");
    const disk = new FailingDisk(directory, directory.file("mnt"));
    const script = `truncate -s ${SIZE} "$1" && mkfs.ext4 -q "$1" && mkdir "$2" && mount -o loop,errors=remount-ro "$1" "$2"`;
    const made = spawnSync("sh", ["-c", script, "sh", directory.file("image"), disk.#mountPoint]);
    if (made.status === 0) return disk;
    directory[Symbol.dispose]();
    return undefined;
  }

  file(name: string): string {
    return `${this.#mountPoint}/${name}`;
  }

  /** From now on the file system is read-only. */
  fail(): void {
    const device = spawnSync("findmnt", ["-no", "SOURCE", this.#mountPoint]).stdout.toString().trim();
    writeFileSync(`/sys/fs/ext4/${basename(device)}/trigger_fs_error`, "x");
  }

  /** Mounts it anew, repaired; nobody may have a file open in it. */
  repair(): void {
    const script = 'umount "$2" && { e2fsck -fy "$1" >/dev/null 2>&1; mount -o loop "$1" "$2"; }';
    const done = spawnSync("sh", ["-c", script, "sh", this.#directory.file("image"), this.#mountPoint]);
    if (done.status !== 0) throw new Error(`Cannot repair the disk: ${done.stderr.toString()}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    spawnSync("umount", ["--lazy", this.#mountPoint]);
    return this.#directory[Symbol.asyncDispose]();
  }
}
