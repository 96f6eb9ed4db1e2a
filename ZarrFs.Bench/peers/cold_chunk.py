#!/usr/bin/python3
"""One 128³ chunk on demand: ours through the mount against khartes' route (tifffile as zarr), page cache warm, alternately in one run.

  cold_chunk.py SLICES MOUNT/NAME.zarr [--rounds 12]      a directory of slices
  cold_chunk.py CELLS MOUNT/NAME.zarr --cells              a grid of 500³ cells; the chunk lies inside one cell

For each round a band (a row of chunks along x) that was not read before gives: the first chunk, then its neighbours in that band.
Start `zarrfs mount` freshly before: a chunk that is in its memory already, or in the kernel's page cache, would not be cold.
"""
import argparse, glob, os, statistics, time
import numpy as np, tifffile, zarr


def ms(work):
    start = time.perf_counter()
    result = work()
    return (time.perf_counter() - start) * 1e3, result


def read(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        parts = []
        while part := os.read(fd, 4 << 20):
            parts.append(part)
        return b''.join(parts)
    finally:
        os.close(fd)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('source')
    parser.add_argument('store')
    parser.add_argument('--cells', action='store_true')
    parser.add_argument('--rounds', type=int, default=12)
    args = parser.parse_args()
    c = 128
    files = sorted(glob.glob(os.path.join(args.source, '*.tif')))
    if args.cells:
        peers = {}
        for f in files:
            y, x, z = (int(n) - 1 for n in os.path.basename(f)[:-4].split('_')[2:])
            peers[z, y, x] = zarr.open(tifffile.TiffFile(f).aszarr(), mode='r')
        inside = [i for i in range(12) if i * c // 500 == (i * c + c - 1) // 500]  # chunks that lie in one cell
        bands = [(z, y) for z in inside for y in inside if (z * c // 500, y * c // 500, 0) in peers]
        xs = [x for x in inside if x * c < 500]
    else:
        peer = zarr.open(tifffile.imread(files, aszarr=True), mode='r')
        depth, height, width = peer.shape
        bands = [(z, y) for z in range(depth // c) for y in range(height // c)]
        xs = list(range(width // c))
    rng = np.random.default_rng(7)
    rng.shuffle(bands)
    if len(bands) < args.rounds:
        parser.error(f'there are only {len(bands)} bands')
    for f in files:  # warm the page cache
        read(f)
    ours, theirs, near = [], [], []
    for z, y in bands[:args.rounds]:
        first = int(rng.choice(xs))

        def slow(x=first):
            if args.cells:
                store = peers[z * c // 500, y * c // 500, x * c // 500]
                zz, yy, xx = (i * c % 500 for i in (z, y, x))
                return store[zz:zz + c, yy:yy + c, xx:xx + c]
            return peer[z * c:z * c + c, y * c:y * c + c, x * c:x * c + c]

        t, block = ms(slow)
        theirs.append(t)
        t, data = ms(lambda: read(f'{args.store}/0/{z}/{y}/{first}'))
        ours.append(t)
        assert np.array_equal(np.frombuffer(data, block.dtype).reshape(c, c, c), block), (z, y, first)
        for x in xs:
            if x != first:
                near.append(ms(lambda: read(f'{args.store}/0/{z}/{y}/{x}'))[0])
    for name, times in (('tifffile route', theirs), ('zarrfs, first chunk', ours), ('zarrfs, its neighbours', near)):
        q = statistics.quantiles(times, n=20)
        print(f'{name:24s} median {statistics.median(times):7.2f} ms   p95 {q[18]:7.2f}   min {min(times):7.2f}   n {len(times)}')
    print(f'ratio of medians {statistics.median(theirs) / statistics.median(ours):.1f}')


main()
