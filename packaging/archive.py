"""Packs a folder into an archive whose bytes depend on nothing but the files: sorted, owned by root, dated SOURCE_DATE_EPOCH.

    archive.py FOLDER ARCHIVE       ARCHIVE: its ending, .tar.gz or .zip, decides which kind it is
"""

import gzip
import os
import pathlib
import sys
import tarfile
import time
import zipfile


def tarball(folder, archive, date):
    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = date
        return entry

    # `add` goes through a folder in the order of its names.
    with open(archive, "wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=date) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar:
            tar.add(folder, arcname=folder.name, filter=plain)


def zipped(folder, archive, date):
    with zipfile.ZipFile(archive, "w") as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder.parent).as_posix(), time.gmtime(date)[:6])
            packed.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)


def main():
    folder, archive = map(pathlib.Path, sys.argv[1:])
    pack = zipped if archive.suffix == ".zip" else tarball
    pack(folder, archive, int(os.environ["SOURCE_DATE_EPOCH"]))


if __name__ == "__main__":
    main()
