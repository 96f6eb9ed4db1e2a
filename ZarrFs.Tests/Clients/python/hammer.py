"""16 processes read random chunks over the mount and HTTP and compare each; some are killed while they read."""
import json
import multiprocessing
import os
import random
import signal
import sys
import time
import urllib.request

import numpy as np

import checking

arguments = json.loads(sys.argv[1])
mount = checking.Showcase({"root": arguments["mount"], "workspace": arguments["workspace"]})
address = arguments["root"]


def chunk(array, shape, at):
    """A chunk as it must be stored: whole, what overhangs is zeros."""
    part = array[tuple(slice(i * c, (i + 1) * c) for i, c in zip(at, shape))]
    whole = np.zeros(shape, array.dtype)
    whole[tuple(slice(n) for n in part.shape)] = part
    return whole.tobytes()


def read(path, over_http):
    if over_http:
        with urllib.request.urlopen(f"{address}/{path}", timeout=120) as answer:
            return answer.read()
    with open(f"{mount.root}/{path}", "rb") as file:
        return file.read()


def hammer(seed, reads, over_http, wrong):
    choice = random.Random(seed)
    names = sorted(mount.volumes)
    for _ in range(reads):
        name = choice.choice(names)
        facts = mount.volumes[name]
        level = choice.randrange(len(facts["shapes"]))
        at = [choice.randrange(-(-n // c)) for n, c in zip(facts["shapes"][level], facts["chunk"])]
        suffix, key = choice.choice([(".zarr", ""), (".ome.zarr", "".join(f"{part}/" for part in ["c", *facts["chosen"]]))])
        path = f"{name}{suffix}/{level}/{key}{'/'.join(map(str, at))}"
        try:
            if read(path, over_http) != chunk(mount.expected(name, level), facts["chunk"], at):
                wrong.put(f"{path}: other bytes than expected")
        except Exception as failure:
            wrong.put(f"{path}: {failure}")


def main():
    wrong = multiprocessing.SimpleQueue()
    readers = [multiprocessing.Process(target=hammer, args=(seed, 150, seed % 2 == 0, wrong)) for seed in range(16)]
    # These read without end until they are killed; nobody waits for what they find, since a kill may break the queue they hold.
    victims = [multiprocessing.Process(target=hammer, args=(seed, 10**9, seed % 2 == 0, multiprocessing.SimpleQueue())) for seed in range(100, 106)]
    for process in readers + victims:
        process.start()
    for process in victims:
        time.sleep(0.3)
        os.kill(process.pid, signal.SIGKILL)
    for process in victims:
        process.join()
        assert process.exitcode == -signal.SIGKILL, f"a victim ended by itself: {process.exitcode}"
    found = []
    while any(process.is_alive() for process in readers) or not wrong.empty():
        while not wrong.empty():
            found.append(wrong.get())
        time.sleep(0.05)
    for process in readers:
        process.join()
    failed = [process.exitcode for process in readers if process.exitcode]
    assert not failed and not found, f"{len(found)} wrong, exit codes {failed}: {found[:5]}"


main()
