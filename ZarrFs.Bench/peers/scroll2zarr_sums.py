#!/usr/bin/python3
"""What scroll2zarr makes of the tests' volumes: a line for each level with the number of chunk files and one SHA-256 over all of them.

  ZarrFs.Bench peer-volumes DIRECTORY            # writes the volumes
  scroll2zarr_sums.py SCROLL2ZARR DIRECTORY > ZarrFs.Tests/Materialize/scroll2zarr.tsv

SCROLL2ZARR is a checkout of it. mean and nearest are scroll_to_ome.py's, max is zarr_to_ome.py's of the same level 0. The sum is over each
chunk's key (z/y/x, in numerical order), a line feed, and its bytes.
"""
import hashlib, os, shutil, subprocess, sys, tempfile

scroll2zarr, volumes = sys.argv[1:]
CHUNK, LEVELS = "32", "6"


def convert(program, *arguments):
    subprocess.run(["/usr/bin/python3", os.path.join(scroll2zarr, program), *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def sums(volume, method, store):
    for level in range(int(LEVELS)):
        root = os.path.join(store, str(level))
        keys = sorted(
            tuple(map(int, os.path.relpath(os.path.join(folder, name), root).split(os.sep)))
            for folder, _, names in os.walk(root) for name in names if name.isdigit())
        digest = hashlib.sha256()
        for key in keys:
            digest.update("/".join(map(str, key)).encode() + b"\n")
            with open(os.path.join(root, *map(str, key)), "rb") as chunk:
                digest.update(chunk.read())
        print(volume, method, level, len(keys), digest.hexdigest(), sep="\t")


for volume in sorted(os.listdir(volumes)):
    with tempfile.TemporaryDirectory() as work:
        for method in ("mean", "nearest"):
            store = os.path.join(work, method + ".zarr")
            convert("scroll_to_ome.py", os.path.join(volumes, volume), store, "--chunk_size", CHUNK, "--nlevels", LEVELS, "--algorithm", method)
            sums(volume, method, store)
        store = os.path.join(work, "max.zarr")
        convert("zarr_to_ome.py", os.path.join(work, "mean.zarr", "0"), store, "--nlevels", LEVELS, "--algorithm", "max")
        sums(volume, "max", store)
