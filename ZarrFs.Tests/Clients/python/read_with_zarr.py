"""zarr-python 2 on the v2 root: a directory of the mount, or an HTTP address through fsspec."""
import fsspec
import zarr

import checking


def check(showcase, name, facts):
    path = showcase.path(name)
    store = fsspec.get_mapper(path) if path.startswith("http") else zarr.DirectoryStore(path, dimension_separator="/")
    for group in (zarr.open_group(store, mode="r"), zarr.open_consolidated(store, mode="r")):
        assert sorted(group.array_keys(), key=int) == [str(n) for n in range(len(facts["shapes"]))], f"levels {sorted(group.array_keys())}"
    for level in range(len(facts["shapes"])):
        array = group[str(level)]
        assert list(array.chunks) == facts["chunk"], f"level {level}: chunks {array.chunks}, expected {facts['chunk']}"
        checking.same(array[:], showcase.expected(name, level), f"level {level}")
        # A part that begins and ends inside chunks.
        part = tuple(slice(n // 3, n // 3 + n // 2 + 1) for n in array.shape)
        checking.same(array[part], showcase.expected(name, level)[part], f"level {level} {part}")


checking.run(check)
