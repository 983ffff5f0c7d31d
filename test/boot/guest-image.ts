import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** What a guest needs beyond Debian's smallest system: a kernel, systemd with its network, and a syslog. */
const PACKAGES = [
  "systemd",
  "systemd-sysv",
  "linux-image-cloud-amd64",
  "udev",
  "dbus",
  "iproute2",
  "kmod",
  "procps",
  "util-linux",
];
const RELEASE = "bookworm";
const IMAGE_SIZE = "2G";
const TOOLS = { qemu: "qemu-system-x86_64", bootstrap: "mmdebstrap", image: "mke2fs", look: "debugfs" };
const TOOL_PACKAGES = ["qemu-system-x86", "mmdebstrap", "e2fsprogs"];

/** A file of the guest: its path there, what is in it, and its mode (default 0644). */
export interface GuestFile {
  readonly path: string;
  readonly content: string | { readonly from: string };
  readonly mode?: number;
}

export interface GuestImage {
  readonly disk: string;
  readonly kernel: string;
  readonly initrd: string;
}

/** Installs what makes and runs a guest, where it is missing. Throws when that cannot be. */
export function installTools(say: (line: string) => void): void {
  if (Object.values(TOOLS).every((tool) => Bun.which(tool) !== null)) return;
  say(`installing ${TOOL_PACKAGES.join(", ")}`);
  run("apt-get", "update", "-qq");
  run("apt-get", "install", "-y", "-qq", "--no-install-recommends", ...TOOL_PACKAGES);
}

/**
 * Makes a Debian in `directory`, as a disk with its kernel beside it. The plain system is kept in `cache` and used again;
 * a minute the first time. `units` are enabled.
 */
export function makeGuest(
  {
    directory,
    cache,
    files,
    units,
  }: {
    readonly directory: string;
    readonly cache: string;
    readonly files: readonly GuestFile[];
    readonly units: readonly string[];
  },
  say: (line: string) => void,
): GuestImage {
  const tar = join(cache, `${RELEASE}.tar`);
  if (!existsSync(tar)) {
    say("making a Debian, once");
    mkdirSync(cache, { recursive: true });
    run(TOOLS.bootstrap, "--quiet", "--variant=minbase", `--include=${PACKAGES.join(",")}`, RELEASE, `${tar}.new`);
    run("mv", `${tar}.new`, tar);
  }
  const root = join(directory, "root");
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  run("tar", "-xf", tar, "-C", root);
  for (const file of [...SYSTEM_FILES, ...files]) place(root, file);
  for (const unit of ["systemd-networkd.service", ...units])
    run("chroot", root, "systemctl", "enable", "--quiet", unit);

  const boot = join(root, "boot");
  const kernel = join(directory, "vmlinuz");
  const initrd = join(directory, "initrd");
  copyFileSync(join(boot, firstOf(boot, "vmlinuz")), kernel);
  copyFileSync(join(boot, firstOf(boot, "initrd")), initrd);
  const disk = join(directory, "disk.ext4");
  rmSync(disk, { force: true });
  run(TOOLS.image, "-q", "-t", "ext4", "-d", root, disk, IMAGE_SIZE);
  rmSync(root, { recursive: true });
  return { disk, kernel, initrd };
}

/** Reads a file of a guest that does not run. Empty when there is none. */
export function readGuestFile({ disk }: GuestImage, path: string): string {
  return Bun.spawnSync([TOOLS.look, "-R", `cat ${path}`, disk], { stderr: "ignore" }).stdout.toString();
}

const SYSTEM_FILES: readonly GuestFile[] = [
  { path: "/etc/fstab", content: "/dev/vda / ext4 defaults 0 1\n" },
  { path: "/etc/hostname", content: "guest\n" },
  {
    path: "/etc/systemd/network/20-wired.network",
    content: "[Match]\nName=e*\n[Network]\nDHCP=ipv4\n",
  },
];

function place(root: string, { path, content, mode = 0o644 }: GuestFile): void {
  const target = join(root, path);
  mkdirSync(join(target, ".."), { recursive: true });
  if (typeof content === "string") writeFileSync(target, content);
  else writeFileSync(target, readFileSync(content.from));
  chmodSync(target, mode);
}

function firstOf(directory: string, prefix: string): string {
  const found = readdirSync(directory).find((name) => name.startsWith(prefix));
  if (found === undefined) throw new Error(`Cannot find ${prefix} in ${directory}: the guest has no kernel`);
  return found;
}

function run(...command: readonly string[]): void {
  const { exitCode, stderr } = Bun.spawnSync([...command], { stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  if (exitCode !== 0)
    throw new Error(`Cannot run ${command[0]}: exit code ${exitCode}\n${stderr.toString().slice(-2000)}`);
}
