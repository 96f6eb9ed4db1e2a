#!/usr/bin/env python3
"""A scroll of its real size, on screen: 14,376 slices of 8096 x 7888 uint16, 1.84 TB.

  big_scroll.py make SOURCE                  makes the slices: sparse files with some thousand pages of voxels at places that are known
  big_scroll.py run PROGRAM SOURCE WORK […]  mounts them, and measures what somebody sees who opens them; what follows goes to `zarrfs mount`

`run` prints: seconds from the command until the mount answers; until every chunk of the coarsest level has been read; the times of random chunks of
each level with four readers; the process's memory. Each voxel that was placed is looked for at level 0, and nothing else may be there.
"""
import json, os, random, shutil, signal, struct, subprocess, sys, threading, time

DEPTH, HEIGHT, WIDTH = 14376, 7888, 8096
PAGE, HEAD = 4096, 4096
ROW = WIDTH * 2


def places():
    """(z, y, x, value) of each run of 2048 voxels: half of them anywhere, half in the middle of a voxel of the coarsest level."""
    dice = random.Random(5)
    for i in range(4000):
        z, y = dice.randrange(DEPTH), dice.randrange(HEIGHT)
        if i % 2:
            z, y = min(DEPTH - 1, z // 128 * 128 + 64), min(HEIGHT - 1, y // 128 * 128 + 64)
        first = y * ROW // PAGE + 1
        page = dice.randrange(first, max(first + 1, (y + 1) * ROW // PAGE - 1))
        yield z, page, 1 + dice.randrange(65535)


def header():
    """A little-endian TIFF with one strip that begins on the second page of the file."""
    tags = [(256, 4, WIDTH), (257, 4, HEIGHT), (258, 3, 16), (259, 3, 1), (262, 3, 1), (273, 4, HEAD), (277, 3, 1), (278, 4, HEIGHT), (279, 4, ROW * HEIGHT)]
    body = struct.pack("<2sHIH", b"II", 42, 8, len(tags))
    for tag, kind, value in tags:
        body += struct.pack("<HHII", tag, kind, 1, value)
    return body + struct.pack("<I", 0)


def make(source):
    os.makedirs(source)
    head, size = header(), HEAD + ROW * HEIGHT
    by_slice = {}
    for z, page, value in places():
        by_slice.setdefault(z, []).append((page, value))
    for z in range(DEPTH):
        with open(os.path.join(source, f"{z:05d}.tif"), "wb") as file:
            file.write(head)
            for page, value in by_slice.get(z, []):
                file.seek(HEAD + page * PAGE)
                file.write(struct.pack("<H", value) * (PAGE // 2))
            file.truncate(size)


def voxels():
    """What stands at level 0: value by (z, offset of the page in the slice); the last one placed counts."""
    return {(z, page): value for z, page, value in places()}


def read(path):
    with open(path, "rb", buffering=0) as file:
        return file.read(1 << 26)


def memory(pid):
    with open(f"/proc/{pid}/status") as status:
        return {line.split(":")[0]: int(line.split()[1]) // 1024 for line in status if line.startswith(("VmRSS", "VmHWM"))}


def run(program, source, work, options):
    mount = os.path.join(work, "mount")
    os.makedirs(mount, exist_ok=True)
    start = time.monotonic()
    process = subprocess.Popen([program, "mount", source, mount, "--name", "big", *options])
    try:
        root = os.path.join(mount, "big.zarr")
        while not os.path.exists(os.path.join(root, ".zattrs")):
            if process.poll() is not None:
                sys.exit(f"the program ended with {process.returncode}")
            time.sleep(0.005)
        print(f"mount answers: {time.monotonic() - start:.2f} s")
        levels = [array(root, dataset["path"]) for dataset in json.loads(read(os.path.join(root, ".zattrs")))["multiscales"][0]["datasets"]]
        level, counts = levels[-1]
        start = time.monotonic()
        chunks = [read(os.path.join(root, level, *map(str, key))) for key in keys(counts)]
        print(f"coarsest level ({level}, {len(chunks)} chunks): {time.monotonic() - start:.2f} s, {sum(map(any, chunks))} of them not empty")
        latencies(root, levels)
        print("memory, MiB:", memory(process.pid))
        check(root, levels[0])
        print("memory, MiB:", memory(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def array(root, level):
    meta = json.loads(read(os.path.join(root, level, ".zarray")))
    return level, [-(-n // c) for n, c in zip(meta["shape"], meta["chunks"])]


def keys(counts):
    return [(z, y, x) for z in range(counts[0]) for y in range(counts[1]) for x in range(counts[2])]


def latencies(root, levels):
    """Four readers, each asks for random chunks of random levels; times by level."""
    times = {level: [] for level, _ in levels}

    def reader(seed):
        dice = random.Random(seed)
        for _ in range(60):
            level, counts = dice.choice(levels)
            start = time.monotonic()
            read(os.path.join(root, level, *(str(dice.randrange(n)) for n in counts)))
            times[level].append(time.monotonic() - start)

    threads = [threading.Thread(target=reader, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for level, found in times.items():
        print(f"level {level}: {describe(found)}")
    print(f"all levels: {describe(sum(times.values(), []))}")


def describe(found):
    found = sorted(found)
    if not found:
        return "none"
    return f"median {found[len(found) // 2]:.3f} s, p95 {found[min(len(found) - 1, int(len(found) * 0.95))]:.3f} s, most {found[-1]:.3f} s of {len(found)}"


def check(root, level):
    """Every placed run of voxels of some slabs, and that nothing else is in their chunks."""
    placed, wrong = voxels(), 0
    some = random.Random(7).sample(sorted(placed), 40)
    for z, page in some:
        y, x = divmod(page * (PAGE // 2), WIDTH)
        chunk = read(os.path.join(root, level[0], str(z // 128), str(y // 128), str(x // 128)))
        expected = bytearray(len(chunk))
        for (other, at), value in placed.items():
            if other // 128 != z // 128:
                continue
            for voxel in range(at * (PAGE // 2), (at + 1) * (PAGE // 2)):
                row, column = divmod(voxel, WIDTH)
                if row // 128 == y // 128 and column // 128 == x // 128:
                    struct.pack_into("<H", expected, 2 * (((other % 128) * 128 + row % 128) * 128 + column % 128), value)
        wrong += chunk != bytes(expected)
    print(f"level 0: {len(some) - wrong} of {len(some)} chunks with placed voxels are right")
    if wrong:
        sys.exit(1)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make", source]:
            make(source)
        case ["run", program, source, work, *options]:
            run(program, source, work, options)
        case _:
            sys.exit(__doc__)
