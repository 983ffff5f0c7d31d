import { describe, expect, test } from "bun:test";
import { fileSystemsThatFill, parseMounts } from "../../src/host/mounts.ts";

/** An Ubuntu machine with snaps, images, a job's mounts and containers. */
const MACHINE = `
22 27 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:14 - proc proc rw
24 27 0:6 / /dev rw,relatime - devtmpfs devtmpfs rw,size=12334432k,nr_inodes=3083608,mode=755
25 24 0:23 / /dev/shm rw,relatime - tmpfs tmpfs rw,size=24683656k
27 1 259:1 / / rw,relatime shared:1 - ext4 /dev/root rw,discard
30 27 259:3 / /boot rw,relatime shared:31 - ext4 /dev/nvme0n1p16 rw
31 30 259:2 / /boot/efi rw,relatime shared:32 - vfat /dev/nvme0n1p15 rw,fmask=0077
40 27 7:0 / /snap/core22/1 ro,nodev,relatime shared:40 - squashfs /dev/loop0 ro,errors=continue
41 27 7:1 / /mnt/image ro,relatime - ext4 /dev/loop1 ro
42 27 7:2 / /mnt/disc\\040one ro,relatime - iso9660 /dev/loop2 ro
43 27 0:50 / /tmp/.mount_App ro,nosuid,nodev,relatime - fuse.App.AppImage App.AppImage ro,user_id=1001
44 27 0:51 / /home/runner/bucket rw,relatime - fuse.s3fs s3fs rw,user_id=1001
50 27 259:5 / /mnt rw,relatime shared:50 - ext4 /dev/nvme1n1p1 rw
51 27 259:5 /docker /var/lib/docker rw,relatime shared:51 - ext4 /dev/nvme1n1p1 rw
52 27 0:60 / /var/lib/docker/overlay2/1/merged rw,relatime - overlay overlay rw,lowerdir=/a,upperdir=/b
53 27 0:61 / /run rw,nosuid - tmpfs tmpfs rw,size=1234k
54 27 0:62 / /srv/nfs\\134share rw,relatime - nfs4 server:/export rw,vers=4.2
55 27 0:70 /@home /data/home rw,relatime - btrfs /dev/sdb1 rw,subvolid=257
56 27 0:70 /@ /data rw,relatime - btrfs /dev/sdb1 rw,subvolid=256
57 27 7:3 / /mnt/scratch rw,relatime - xfs /dev/loop3 rw
58 27 259:6 / /srv/ntfs rw,relatime - fuseblk /dev/sdc1 rw,user_id=0
59 58 259:7 / /srv/ntfs/disk rw,relatime - ext4 /dev/sdd1 rw
60 27 259:8 / /srv/ntfs2 rw,relatime - ext4 /dev/sde1 rw
`;

/** A container of Docker: the host's disk is to be seen by three bind mounts only. */
const CONTAINER = `
100 99 0:80 / / rw,relatime master:3 - overlay overlay rw,lowerdir=/a,upperdir=/b
101 100 0:81 / /proc rw,nosuid - proc proc rw
102 100 0:82 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
103 100 259:1 /var/lib/docker/containers/1/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/root rw
104 100 259:1 /var/lib/docker/containers/1/hosts /etc/hosts rw,relatime - ext4 /dev/root rw
105 100 259:1 /home/me/work /work rw,relatime - ext4 /dev/root rw
`;

const mountPoints = (mountInfo: string): string[] =>
  fileSystemsThatFill(parseMounts(mountInfo)).map(({ mountPoint }) => mountPoint);

describe("fileSystemsThatFill()", () => {
  test("takes disks and shares once each, the root first; no images, memory, layers or boot partitions", () => {
    expect(mountPoints(MACHINE)).toEqual([
      "/",
      "/mnt",
      "/data",
      "/srv/ntfs",
      "/srv/ntfs2",
      "/mnt/scratch",
      "/srv/nfs\\share",
      "/srv/ntfs/disk",
    ]);
  });

  test("knows which may never answer, what lies behind another one included", () => {
    const hanging = fileSystemsThatFill(parseMounts(MACHINE)).filter(({ mayHang }) => mayHang);
    expect(hanging.map(({ mountPoint }) => mountPoint)).toEqual(["/srv/ntfs", "/srv/nfs\\share", "/srv/ntfs/disk"]);
  });

  test("takes the root whatever it is made of: in a container an overlay", () => {
    expect(mountPoints(CONTAINER)).toEqual(["/", "/work"]);
  });

  test("leaves out a root that is read-only as a whole, not one that is so for us alone", () => {
    expect(mountPoints("27 1 254:0 / / ro,relatime - ext4 /dev/vda ro\n")).toEqual([]);
    // A unit with ProtectSystem=strict sees every mount so.
    expect(mountPoints("27 1 254:0 / / ro,relatime - ext4 /dev/vda rw\n")).toEqual(["/"]);
  });

  test("takes of two mounts on one folder the later, which hides the other", () => {
    const hidden = "27 1 254:0 / /data rw - ext4 /dev/vda rw\n28 27 254:1 / /data rw - ext4 /dev/vdb ro\n";
    expect(mountPoints(hidden)).toEqual([]);
  });
});

describe("parseMounts()", () => {
  test("reads all optional fields, none as well, and unescapes paths", () => {
    expect(
      parseMounts("36 35 98:0 /mnt\\0111 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue\n"),
    ).toEqual([
      {
        device: "98:0",
        root: "/mnt\t1",
        mountPoint: "/mnt2",
        type: "ext3",
        superOptions: ["rw", "errors=continue"],
      },
    ]);
  });

  test("leaves out what it does not understand", () => {
    expect(parseMounts("\nwords\n36 35 98:0 /\n")).toEqual([]);
  });
});
