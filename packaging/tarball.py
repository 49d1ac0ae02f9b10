"""Packs a folder into a .tar.gz whose bytes depend on nothing but the files: sorted, owned by root, dated SOURCE_DATE_EPOCH."""

import gzip
import os
import sys
import tarfile

folder, archive = sys.argv[1:]
date = int(os.environ["SOURCE_DATE_EPOCH"])


def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mtime = date
    return entry


# `add` goes through a folder in the order of its names.
with open(archive, "wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=date) as packed:
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
        tar.add(folder, arcname=os.path.basename(folder), filter=plain)
