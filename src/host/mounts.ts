/** A line of /proc/self/mountinfo. */
export interface Mount {
  /** `major:minor` of the file system: the same for all its mounts. Major 0 is one without a block device. */
  readonly device: string;
  /** The folder of the file system that is mounted. */
  readonly root: string;
  readonly mountPoint: string;
  readonly type: string;
  /** Of the file system as a whole: `ro` means that nobody can write to it, whatever mount it is reached by. */
  readonly superOptions: readonly string[];
}

/** The mounts of /proc/self/mountinfo, in its order: of two with one mount point, the later hides the earlier. */
export function parseMounts(mountInfo: string): readonly Mount[] {
  return mountInfo.split("\n").flatMap((line) => {
    // A varying number of optional fields ends with a hyphen: proc_pid_mountinfo(5).
    const [mount = "", superBlock = ""] = line.split(" - ");
    const [, , device, root, mountPoint] = mount.split(" ");
    const [type, , options = ""] = superBlock.split(" ");
    if (device === undefined || root === undefined || mountPoint === undefined || type === undefined) return [];
    return [{ device, root: unescape(root), mountPoint: unescape(mountPoint), type, superOptions: options.split(",") }];
  });
}

/** Space, tab, line end and backslash are written as three octal digits. */
function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** These have no block device of their own, but a size: they span several disks, or the disks are another machine's. */
const LOCAL_TYPES: ReadonlySet<string> = new Set(["btrfs", "zfs", "bcachefs"]);
const REMOTE_TYPES: ReadonlySet<string> = new Set([
  "nfs",
  "nfs4",
  "cifs",
  "smb3",
  "ceph",
  "lustre",
  "gpfs",
  "9p",
  "virtiofs",
  "vboxsf",
]);
/** Small, often nearly full, and no job writes there. */
const BOOT = /^\/(boot|efi)($|\/)/;

/** A file system that can fill up. */
export interface FileSystem {
  readonly mountPoint: string;
  /** Another machine or process answers for it or for a mount on the way to it, and may never do so. */
  readonly mayHang: boolean;
}

/**
 * The file systems that a job can fill, each once by its shortest mount point, that of `/` first. Left out are:
 * - file systems that are read-only as a whole (images, discs), and those of the boot loader,
 * - a tmpfs, which is memory and counts there, and an overlay, whose files are in another file system: unless they are
 *   the root,
 * - FUSE programs without a block device, which say what they like of their size: an AppImage is always full.
 */
export function fileSystemsThatFill(mounts: readonly Mount[]): readonly FileSystem[] {
  const visible = new Map(mounts.map((mount) => [mount.mountPoint, mount]));
  const byDevice = new Map<string, Mount>();
  for (const mount of visible.values()) {
    if (!canFill(mount)) continue;
    const other = byDevice.get(mount.device);
    if (other === undefined || mount.mountPoint.length < other.mountPoint.length) byDevice.set(mount.device, mount);
  }
  const hanging = [...visible.values()].filter(mayHang);
  return [...byDevice.values()]
    .map(({ mountPoint }) => ({ mountPoint, mayHang: hanging.some((mount) => isWithin(mountPoint, mount.mountPoint)) }))
    .toSorted((one, other) => one.mountPoint.length - other.mountPoint.length);
}

function canFill(mount: Mount): boolean {
  if (mount.superOptions.includes("ro") || BOOT.test(mount.mountPoint)) return false;
  if (mount.mountPoint === "/") return true;
  return hasBlockDevice(mount) || LOCAL_TYPES.has(mount.type) || REMOTE_TYPES.has(mount.type);
}

function mayHang(mount: Mount): boolean {
  return REMOTE_TYPES.has(mount.type) || mount.type.startsWith("fuse") || mount.type === "autofs";
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

function hasBlockDevice(mount: Mount): boolean {
  return !mount.device.startsWith("0:");
}
