#!/usr/bin/python3
"""
Reads chunks through a mount beside the files of the disk cache they are in: warm_read.py FILES MOUNTED [ROUNDS].
Each chunk is opened, read whole and closed; the two are read in turn, never the same chunk twice in a row, so that neither finds it in the processor's cache.
"""
import glob, os, statistics, sys, time

files, mounted = sys.argv[1:3]
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 7
keys = sorted(os.path.relpath(name, files) for name in glob.glob(f'{files}/*/*/*'))[:64]
size = os.stat(f'{files}/{keys[0]}').st_size
buffer = bytearray(size)


def read(directory, key):
    start = time.perf_counter()
    fd = os.open(f'{directory}/{key}', os.O_RDONLY)
    got = os.readv(fd, [buffer])
    while 0 < got < size:
        more = os.preadv(fd, [memoryview(buffer)[got:]], got)
        assert more > 0, key
        got += more
    os.close(fd)
    assert got == size, (key, got)
    return time.perf_counter() - start


def forget(key):
    """Out of what the kernel has cached of the mount, so that the program is asked again. The file itself stays in the page cache, or comes back to it."""
    fd = os.open(f'{mounted}/{key}', os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)


for key in keys:
    with open(f'{files}/{key}', 'rb') as a, open(f'{mounted}/{key}', 'rb') as b:
        assert a.read() == b.read(), key
native, first, second = [], [], []
for _ in range(rounds):
    for key in keys:
        forget(key)
        read(files, key)
    for place in range(len(keys)):
        native.append(read(files, keys[place]))
        first.append(read(mounted, keys[place - len(keys) // 3]))
    for place in range(len(keys)):
        read(files, keys[place])
        second.append(read(mounted, keys[place - len(keys) // 3]))
skipped = len(keys)
n, f, s = (size / statistics.median(times[skipped:] or times) / 1e9 for times in (native, first, second))
print(f'{len(keys)} files of {size} bytes, one reader, medians of {rounds} rounds but the first')
print(f'native files, page cache        {n:6.2f} GB/s')
print(f'through the mount               {f:6.2f} GB/s   {f / n:.2f} of native')
print(f'again, what the kernel has kept {s:6.2f} GB/s   {s / n:.2f} of native')
