#!/usr/bin/python3
"""Read rates of one reader: chunks in the program's memory, then in the kernel's page cache, beside native files of the same bytes."""
import glob, os, statistics, sys, time

level, native = sys.argv[1:3]
files = sorted(glob.glob(f'{level}/0/[0-3]/*'))[:64]
size = os.stat(files[0]).st_size
buffer = bytearray(size)


def read_all(names):
    start = time.perf_counter()
    for name in names:
        fd = os.open(name, os.O_RDONLY)
        got = os.readv(fd, [buffer])
        os.close(fd)
        assert got == size, (name, got)
    return len(names) * size / (time.perf_counter() - start) / 1e9


def forget(names):
    """Out of the kernel's page cache, but not out of the program's memory."""
    for name in names:
        fd = os.open(name, os.O_RDONLY)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(fd)


copies = []
for i, name in enumerate(files):
    copies.append(f'{native}/{i}')
    with open(name, 'rb') as f, open(copies[-1], 'wb') as g:
        g.write(f.read())
os.sync()
memory, second, plain = [], [], []
for _ in range(7):
    forget(files)
    memory.append(read_all(files))
    second.append(read_all(files))
    plain.append(read_all(copies))
m, s, p = (statistics.median(r[1:]) for r in (memory, second, plain))
print(f'{len(files)} files of {size} bytes, one reader')
print(f'chunks in memory, through the mount   {m:6.2f} GB/s')
print(f'second read, kernel page cache        {s:6.2f} GB/s   {s / p:.2f} of native')
print(f'native files, page cache              {p:6.2f} GB/s')
