#!/usr/bin/env python3
"""How long a reader waits for a chunk while the background pyramid is being built, and while it is not.

  while_building.py PROGRAM SLICES WORK [--rounds N]

Each round mounts the slices twice with a new disk cache, with and without --build-pyramid, and reads the same random chunks of level 0 and 1, one
after the other, as somebody does who looks around. Prints the median and the 95th percentile of each, and their ratios.
"""
import argparse, json, os, random, shutil, signal, subprocess, time


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("slices")
    parser.add_argument("work")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reads", type=int, default=150)
    given = parser.parse_args()
    times = {"off": [], "levels>=1": []}
    for number in range(given.rounds):
        for build in list(times) if number % 2 == 0 else list(times)[::-1]:
            times[build] += look_around(given, build, number)
    quantiles = {}
    for build, found in times.items():
        found.sort()
        quantiles[build] = (found[len(found) // 2], found[int(len(found) * 0.95)])
        print(f"--build-pyramid {build}: median {quantiles[build][0] * 1e3:.1f} ms, p95 {quantiles[build][1] * 1e3:.1f} ms of {len(found)}")
    off, on = quantiles.values()
    print(f"while building: median x {on[0] / off[0]:.2f}, p95 x {on[1] / off[1]:.2f}")


def look_around(given, build, seed):
    mount, cache = os.path.join(given.work, "mount"), os.path.join(given.work, "cache")
    shutil.rmtree(cache, ignore_errors=True)
    os.makedirs(mount, exist_ok=True)
    command = [given.program, "mount", given.slices, mount, "--name", "v", "--cache", cache, "--build-pyramid", build, "--preview", "off"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        root = os.path.join(mount, "v.zarr")
        while not os.path.exists(os.path.join(root, ".zattrs")):
            if process.poll() is not None:
                raise SystemExit(f"the program ended with {process.returncode}")
            time.sleep(0.01)
        time.sleep(1.5)  # the build is at full tilt
        return [read(root, *where) for where in chunks(root, given.reads, seed)]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        shutil.rmtree(cache, ignore_errors=True)


def chunks(root, count, seed):
    dice = random.Random(seed)
    for _ in range(count):
        level = dice.choice("01")
        with open(os.path.join(root, level, ".zarray")) as file:
            meta = json.load(file)
        yield level, [str(dice.randrange(-(-n // c))) for n, c in zip(meta["shape"], meta["chunks"])]


def read(root, level, key):
    start = time.monotonic()
    with open(os.path.join(root, level, *key), "rb", buffering=0) as file:
        file.read(1 << 26)
    took = time.monotonic() - start
    time.sleep(0.03)
    return took


if __name__ == "__main__":
    main()
