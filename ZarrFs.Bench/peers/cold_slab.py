#!/usr/bin/python3
"""One 128³ chunk of slices that are one compressed strip each, through the mount, and then all others of its slab. Page cache warm.

  cold_slab.py LZW_SLICES DEFLATE_SLICES PROGRAM MOUNTPOINT [--memory 2GB]

The program is run twice, and the second run counts: after the first, program and kernel get memory that was used before instead of asking
the machine for new. Beside it, in the same run: libtiff's decoding of one slice (by GDAL, one thread), and one chunk by khartes' route (tifffile as zarr) on the
deflate slices, which it can read. PROGRAM is the `zarrfs` to run. LZW slices of one strip: `tiffcp -c lzw -r HEIGHT`.
"""
import argparse, glob, os, signal, statistics, subprocess, time
import tifffile, zarr
from osgeo import gdal

gdal.UseExceptions()
BUFFER = bytearray(8 << 20)


def ms(work):
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def read(path):
    """The whole file into one buffer, as a reader that knows the size does."""
    fd = os.open(path, os.O_RDONLY)
    got, view = 0, memoryview(BUFFER)
    while part := os.readv(fd, [view[got:]]):
        got += part
    os.close(fd)


def forget(path):
    """Out of the kernel's page cache."""
    fd = os.open(path, os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)


def run(args, files, name):
    cores = len(os.sched_getaffinity(0))
    program = subprocess.Popen([args.program, 'mount', args.lzw, args.mountpoint, '--memory', args.memory, '--name', name], stdout=subprocess.DEVNULL)
    try:
        root = f'{args.mountpoint}/{name}.zarr/0'
        while not os.path.exists(root):
            time.sleep(0.1)
        grid = [len(os.listdir(root)), len(os.listdir(f'{root}/0')), len(os.listdir(f'{root}/0/0'))]
        for z in range(len(files) // 128):
            time.sleep(5)  # what the program does in the background is done
            one = statistics.median(ms(lambda: gdal.Open(path).ReadAsArray()) for path in files[z * 128:(z + 1) * 128:4])
            wanted = f'{root}/{z}/{grid[1] // 2}/{grid[2] // 2}'
            paths = [f'{root}/{z}/{y}/{x}' for y in range(grid[1]) for x in range(grid[2])]
            first = ms(lambda: read(wanted))
            others = sorted(ms(lambda: read(path)) for path in paths if path != wanted)
            for path in paths:
                forget(path)
            print(f'slab {z}: first chunk {first:.0f} ms = {first / (128 * one / cores):.2f} × (128 × {one:.1f} ms ÷ {cores}); '
                  f'{len(others)} others: median {statistics.median(others):.2f} ms, 95 % {others[int(len(others) * .95)]:.2f}, most {others[-1]:.2f}', flush=True)
        with open(f'/proc/{program.pid}/status') as status:
            print(*(line.strip() for line in status if line.startswith(('VmHWM', 'VmRSS'))))
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ('lzw', 'deflate', 'program', 'mountpoint'):
        parser.add_argument(name)
    parser.add_argument('--memory', default='2GB')
    args = parser.parse_args()
    files = sorted(glob.glob(f'{args.lzw}/*.tif'))
    for path in files + sorted(glob.glob(f'{args.deflate}/*.tif')):
        with open(path, 'rb') as file:
            while file.readinto(BUFFER):
                pass
    name = os.path.basename(args.lzw.rstrip('/'))
    run(args, files, name)
    run(args, files, name)
    peer = zarr.open(tifffile.imread(sorted(glob.glob(f'{args.deflate}/*.tif')), aszarr=True), mode='r')
    print(f'tifffile as zarr, deflate: {statistics.median(ms(lambda: peer[128:256, y:y + 128, 896:1024]) for y in (512, 640, 768)):.0f} ms a chunk')


main()
