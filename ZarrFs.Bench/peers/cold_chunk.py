#!/usr/bin/python3
"""One 128³ chunk on demand: ours through the mount against khartes' route (tifffile as zarr), page cache warm, alternately in one run.

  cold_chunk.py SLICES MOUNT/NAME.zarr [--rounds 12]      a directory of slices
  cold_chunk.py CELLS MOUNT/NAME.zarr --cells              a grid of 500³ cells; the chunk lies inside one cell

For each round a band (a row of chunks along x) that is in no cache gives the first chunk, then its neighbours. Before, every band is
read once, so that program and kernel reuse memory as after an hour's work instead of asking the machine for new; the budget must be
smaller than what is read (--memory 1GB for 2000×1500×390 uint16, 256MB for the grid), so that the bands read first are gone again.
"""
import argparse, glob, os, statistics, time
import numpy as np, tifffile, zarr


def ms(work):
    time.sleep(0.05)  # what the other one left running is over
    start = time.perf_counter()
    result = work()
    return (time.perf_counter() - start) * 1e3, result


BUFFER = bytearray(64 << 20)


def read(path):
    """The whole file into one buffer, as a reader that knows the size does; gives the bytes that came."""
    fd = os.open(path, os.O_RDONLY)
    try:
        got = 0
        view = memoryview(BUFFER)
        while part := os.readv(fd, [view[got:]]):
            got += part
        return view[:got]
    finally:
        os.close(fd)


def forget(path):
    """Out of the kernel's page cache."""
    fd = os.open(path, os.O_RDONLY)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
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
        with open(f, 'rb') as warm:
            while warm.readinto(BUFFER):
                pass
    ours, theirs, near = [], [], []
    for z, y in bands:
        for x in range(len(os.listdir(f'{args.store}/0/{z}/{y}'))):
            read(f'{args.store}/0/{z}/{y}/{x}')
            forget(f'{args.store}/0/{z}/{y}/{x}')
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
                start = time.perf_counter()
                read(f'{args.store}/0/{z}/{y}/{x}')
                near.append((time.perf_counter() - start) * 1e3)
    for name, times in (('tifffile route', theirs), ('zarrfs, first chunk', ours), ('zarrfs, its neighbours', near)):
        q = statistics.quantiles(times, n=20)
        print(f'{name:24s} median {statistics.median(times):7.2f} ms   p95 {q[18]:7.2f}   min {min(times):7.2f}   n {len(times)}')
    print(f'ratio of medians {statistics.median(theirs) / statistics.median(ours):.1f}')


main()
