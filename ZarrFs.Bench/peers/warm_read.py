#!/usr/bin/python3
"""Reads chunks through a mount beside the files of the disk cache they are in: warm_read.py FILES MOUNTED [ROUNDS]."""
import glob, os, statistics, sys, time

files, mounted = sys.argv[1:3]
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 7
keys = sorted(os.path.relpath(name, files) for name in glob.glob(f'{files}/*/*/*'))[:64]
size = os.stat(f'{files}/{keys[0]}').st_size
buffer = bytearray(size)


def read_all(directory):
    """GB/s of one reader: open, read whole, close."""
    start = time.perf_counter()
    for key in keys:
        fd = os.open(f'{directory}/{key}', os.O_RDONLY)
        got = os.readv(fd, [buffer])
        while 0 < got < size:
            more = os.preadv(fd, [memoryview(buffer)[got:]], got)
            assert more > 0, key
            got += more
        os.close(fd)
        assert got == size, (key, got)
    return len(keys) * size / (time.perf_counter() - start) / 1e9


def forget(directory):
    """Out of what the kernel has cached of the mount, so that the program is asked again; the files themselves stay in the page cache."""
    for key in keys:
        fd = os.open(f'{directory}/{key}', os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)


for key in keys:
    with open(f'{files}/{key}', 'rb') as a, open(f'{mounted}/{key}', 'rb') as b:
        assert a.read() == b.read(), key
native, first, second = [], [], []
for _ in range(rounds):
    native.append(read_all(files))
    forget(mounted)
    read_all(files)  # with passthrough that has forgotten the files as well
    first.append(read_all(mounted))
    second.append(read_all(mounted))
n, f, s = (statistics.median(r[1:] or r) for r in (native, first, second))
print(f'{len(keys)} files of {size} bytes, one reader, median of {rounds - 1} rounds')
print(f'native files, page cache        {n:6.2f} GB/s')
print(f'through the mount               {f:6.2f} GB/s   {f / n:.2f} of native')
print(f'again, what the kernel has kept {s:6.2f} GB/s   {s / n:.2f} of native')
