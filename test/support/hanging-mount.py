"""Mounts a file system that never answers, as that of a server that is gone, and becomes the command that follows.

hanging-mount.py FOLDER IMAGE COMMAND...: IMAGE is a file that lends the mount a block device. Nobody reads the requests
to the file system; they end when the last process that has /dev/fuse open ends, which is the command.
"""

import ctypes
import os
import subprocess
import sys

folder, image, *command = sys.argv[1:]
device = subprocess.check_output(["losetup", "--find", "--show", image], text=True).strip()
try:
    fuse = os.open("/dev/fuse", os.O_RDWR)
    os.set_inheritable(fuse, True)
    options = f"fd={fuse},rootmode=40000,user_id=0,group_id=0"
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(device.encode(), folder.encode(), b"fuseblk", 0, options.encode()) != 0:
        sys.exit(f"Cannot mount: {os.strerror(ctypes.get_errno())}")
finally:
    # It goes with the mount.
    subprocess.run(["losetup", "--detach", device], check=True)
os.execvp(command[0], command)
