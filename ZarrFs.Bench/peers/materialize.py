#!/usr/bin/python3
"""Converting slices to an OME-Zarr store of six levels: scroll_to_ome, `zarrfs materialize`, and the floor, back to back. Page cache warm.

  materialize.py PROGRAM SCROLL2ZARR SLICES WORK [--method mean] [--rounds 5] [--libtiff] [-- more options of materialize]

PROGRAM is the `zarrfs` to run, SCROLL2ZARR a checkout of it, WORK a directory on the disk to write to. Each run writes to a new directory, the
one before is deleted just before it; rounds alternate, the first does not count: memory that was idle is dear on a virtual machine. The
floor reads all slices into a buffer of 1 MB and writes the files of our store, whole, from a buffer of zeros. Peak memory is the kernel's ru_maxrss.
"""
import argparse, os, shutil, statistics, subprocess, sys, time

THREADS = str(os.cpu_count())

# scroll_to_ome reads LZW only with a package that few have; with this it decodes by libtiff (in OpenCV), as we do.
BY_LIBTIFF = "import runpy, sys, cv2, tifffile; tifffile.imread = lambda path: cv2.imread(str(path), -1); sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"


def floor(slices, listing, out):
    buffer = bytearray(1 << 20)
    for name in sorted(os.listdir(slices)):
        fd = os.open(os.path.join(slices, name), os.O_RDONLY)
        while os.readv(fd, [buffer]):
            pass
        os.close(fd)
    zeros = memoryview(bytes(64 << 20))
    made = set()
    with open(listing) as lines:
        for line in lines:
            size, path = line.rstrip("\n").split(" ", 1)
            path = os.path.join(out, path)
            if os.path.dirname(path) not in made:
                os.makedirs(os.path.dirname(path), exist_ok=True)
                made.add(os.path.dirname(path))
            fd = os.open(path, os.O_WRONLY | os.O_CREAT)
            os.write(fd, zeros[:int(size)])
            os.close(fd)


def run(command, out):
    shutil.rmtree(out, ignore_errors=True)
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(command)}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    if sys.argv[1:2] == ["--floor"]:
        return floor(*sys.argv[2:])
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("scroll2zarr")
    parser.add_argument("slices")
    parser.add_argument("work")
    parser.add_argument("--method", default="mean")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--levels", default="6")
    parser.add_argument("--libtiff", action="store_true", help="let scroll_to_ome decode by libtiff, in OpenCV")
    args, more = parser.parse_known_args()
    more = [option for option in more if option != "--"]
    out, listing = os.path.join(args.work, "out.zarr"), os.path.join(args.work, "files.txt")
    ours = [args.program, "materialize", args.slices, out, "--levels", args.levels, "--downsample", args.method, "--progress", "none", *more]
    kinds = {
        "zarrfs": ours,
        "floor": [sys.executable, __file__, "--floor", args.slices, listing, out],
        "scroll_to_ome": ["/usr/bin/python3", *(["-c", BY_LIBTIFF] if args.libtiff else []), os.path.join(args.scroll2zarr, "scroll_to_ome.py"), args.slices, out,
                          "--algorithm", args.method, "--nlevels", args.levels, "--num_threads", THREADS],
    }
    results = {kind: [] for kind in kinds}
    for round in range(args.rounds + 1):
        for kind, command in kinds.items():
            result = run(command, out)
            if kind == "zarrfs" and round == 0:
                with open(listing, "w") as lines:
                    for folder, _, names in os.walk(out):
                        for name in names:
                            path = os.path.join(folder, name)
                            lines.write(f"{os.path.getsize(path)} {os.path.relpath(path, out)}\n")
            if round:
                results[kind].append(result)
            print(f"round {round} {kind}: {result[0]:.2f} s, processor {result[1]:.2f} s, peak {result[2]:.0f} MiB", flush=True)
    shutil.rmtree(out, ignore_errors=True)
    os.remove(listing)
    medians = {kind: [statistics.median(column) for column in zip(*rows)] for kind, rows in results.items()}
    for kind, (wall, cpu, rss) in medians.items():
        print(f"{kind:14} {wall:6.2f} s   processor {cpu:6.2f} s   peak {rss:5.0f} MiB   scroll_to_ome / this = {medians['scroll_to_ome'][0] / wall:.2f}"
              f"   this / floor = {wall / medians['floor'][0]:.2f}")


main()
