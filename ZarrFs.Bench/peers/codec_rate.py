#!/usr/bin/python3
"""Materializing with a codec against what the codec does on one thread, on the same chunks. Page cache warm.

  codec_rate.py PROGRAM SLICES WORK [--compression blosc:zstd:5] [--rounds 3]

An uncompressed store is made first; numcodecs (the same libblosc) encodes all of its chunks on one thread, and `zarrfs materialize --compression` makes
the encoded store from the slices. Rates are in bytes of raw chunks; the share is ours over one thread's times the number of cores.
"""
import argparse, glob, os, shutil, statistics, subprocess, time
from numcodecs import blosc

parser = argparse.ArgumentParser()
parser.add_argument("program")
parser.add_argument("slices")
parser.add_argument("work")
parser.add_argument("--compression", default="blosc:zstd:5")
parser.add_argument("--rounds", type=int, default=3)
args = parser.parse_args()
_, name, level = args.compression.split(":")
blosc.set_nthreads(1)
blosc.use_threads = False
codec = blosc.Blosc(cname=name, clevel=int(level), shuffle=blosc.SHUFFLE)
raw, out = os.path.join(args.work, "raw.zarr"), os.path.join(args.work, "encoded.zarr")


def materialize(path, *options):
    shutil.rmtree(path, ignore_errors=True)
    start = time.perf_counter()
    subprocess.run([args.program, "materialize", args.slices, path, "--progress", "none", *options], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


materialize(raw)
chunks = [path for path in glob.glob(raw + "/*/*/*/*") if os.path.basename(path).isdigit()]
total = sum(os.path.getsize(path) for path in chunks)
ours, theirs = [], []
for round in range(args.rounds):
    ours.append(materialize(out, "--compression", args.compression))
    seconds = 0
    for path in chunks:
        with open(path, "rb") as file:
            data = memoryview(file.read()).cast("H")
        start = time.perf_counter()
        codec.encode(data)
        seconds += time.perf_counter() - start
    theirs.append(seconds)
    print(f"round {round}: zarrfs {ours[-1]:.2f} s, one thread of numcodecs {theirs[-1]:.2f} s", flush=True)
shutil.rmtree(raw)
shutil.rmtree(out)
ours, theirs = statistics.median(ours), statistics.median(theirs)
print(f"{args.compression}, {len(chunks)} chunks, {total / 1e9:.2f} GB: zarrfs {total / ours / 1e6:.0f} MB/s, one thread {total / theirs / 1e6:.0f} MB/s, "
      f"share of {os.cpu_count()} threads {theirs / ours / os.cpu_count():.2f}")
