"""The v2 and the v3 root hold the same chunks, byte for byte, and nothing but what their metadata promises; v2 those of one time and channel."""
import hashlib
import itertools
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
        leading = facts["allShapes"][level][:-3]
        grid, all_grid = ({tuple(map(str, key)) for key in itertools.product(*map(range, axes))} for axes in (counts, leading + counts))
        assert set(two) == grid, f"level {level}: chunks {sorted(set(two) ^ grid)[:5]} … too many or too few"
        assert set(three) == all_grid, f"level {level}: v3 chunks {sorted(set(three) ^ all_grid)[:5]} … too many or too few"
        chosen = tuple(map(str, facts["chosen"]))
        wrong = [key for key in grid if two[key] != three[chosen + key]]
        assert not wrong, f"level {level}: the roots differ in {wrong[:5]}"


checking.run(check)
