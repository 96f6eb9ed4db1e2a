"""The v2 and the v3 root hold the same chunks, byte for byte, and nothing but what their metadata promises."""
import hashlib
import os

import checking


def digests(folder, prefix):
    found = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            key = os.path.relpath(path, folder).split(os.sep)
            if key[-1] in (".zarray", ".zattrs", "zarr.json"):
                continue
            assert key[:len(prefix)] == prefix, f"{path} is neither a document nor a chunk"
            with open(path, "rb") as file:
                content = file.read()
            assert len(content) == os.stat(path).st_size, f"{path}: {len(content)} bytes, stat says {os.stat(path).st_size}"
            found[tuple(key[len(prefix):])] = hashlib.sha256(content).hexdigest()
    return found


def check(showcase, name, facts):
    for level, shape in enumerate(facts["shapes"]):
        two = digests(f"{showcase.path(name)}/{level}", [])
        three = digests(f"{showcase.path(name, '.ome.zarr')}/{level}", ["c"])
        counts = [-(-n // c) for n, c in zip(shape, facts["chunk"])]
        grid = {(str(z), str(y), str(x)) for z in range(counts[0]) for y in range(counts[1]) for x in range(counts[2])}
        assert set(two) == grid, f"level {level}: chunks {sorted(set(two) ^ grid)[:5]} … too many or too few"
        assert two == three, f"level {level}: the roots differ in {[k for k in grid if two[k] != three.get(k)][:5]}"


checking.run(check)
