#!/usr/bin/python3
"""Cold stat of the first 100,000 chunk files of a level, by path, one job."""
import itertools, os, sys, time

level = sys.argv[1]


def count(path):
    return sum(1 for name in os.listdir(path) if name.isdigit())


nz, ny, nx = count(level), count(f'{level}/0'), count(f'{level}/0/0')
paths = [f'{level}/{z}/{y}/{x}' for z, y, x in itertools.islice(itertools.product(range(nz), range(ny), range(nx)), 100_000)]
with open('/proc/sys/vm/drop_caches', 'w') as f:
    f.write('2')
start = time.perf_counter()
for path in paths:
    os.stat(path)
print(f'cold stat: {len(paths)} files, {len(paths) / (time.perf_counter() - start):.0f}/s')
