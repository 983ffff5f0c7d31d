"""Prints every line of the objects below a folder, each opened as its name says, as any script would do it."""

import gzip
import pathlib
import sys

import zstandard

OPEN = {".gz": gzip.open, ".zst": zstandard.open}

for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.logs.*")):
    with OPEN.get(path.suffix, open)(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            sys.stdout.write(line)
    # One frame, whose header says its length: what reads at once needs both.
    if path.suffix == ".zst":
        zstandard.decompress(path.read_bytes())
