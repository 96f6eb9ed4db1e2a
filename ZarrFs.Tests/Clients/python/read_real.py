"""Level 0 of real volumes, chunk by chunk: the sums of the voxels are those that other decoders found in the TIFF files."""
import collections
import hashlib
import itertools
import json
import sys

import fsspec
import numpy


def read(path):
    """All voxels as t c z y x, from an uncompressed Zarr v3 array: plain reads, as Debian's zarr knows version 2 only."""
    store = fsspec.get_mapper(path)
    array = json.loads(store["0/zarr.json"])
    shape = array["shape"]
    chunk = array["chunk_grid"]["configuration"]["chunk_shape"]
    voxels = numpy.zeros(shape, dtype=numpy.dtype(array["data_type"]).newbyteorder("<"))
    for index in itertools.product(*(range(-(-size // step)) for size, step in zip(shape, chunk))):
        key = "0/c/" + "/".join(map(str, index))
        part = numpy.frombuffer(store[key], dtype=voxels.dtype).reshape(chunk)
        where = tuple(slice(i * step, min(size, (i + 1) * step)) for i, step, size in zip(index, chunk, shape))
        voxels[where] = part[tuple(slice(0, place.stop - place.start) for place in where)]
    names = [axis[0] for axis in array["dimension_names"]]
    return voxels.reshape([shape[names.index(axis)] if axis in names else 1 for axis in "tczyx"])


def check(path, volume):
    voxels = read(path)
    if volume["half"]:
        voxels = voxels.astype("<f2")
    if volume["axes"]:
        outer = ["tcz".index({"T": "t", "C": "c"}.get(axis, "z")) for axis in volume["axes"] if axis not in "YX"]
        order = [axis for axis in range(3) if axis not in outer] + outer + [3, 4]
        found = [hashlib.sha256(numpy.ascontiguousarray(voxels.transpose(order)).tobytes()).hexdigest()]
        assert found == volume["sha256"], f"other voxels than expected, shape {voxels.shape} {voxels.dtype}"
        return
    found = [hashlib.sha256(plane.tobytes()).hexdigest() for plane in voxels.reshape(-1, *voxels.shape[3:])]
    assert collections.Counter(found) == collections.Counter(volume["sha256"]), f"other slices than expected, shape {voxels.shape} {voxels.dtype}"
    # Along z, and along t, slices follow the numbers in their names.
    if voxels.shape[1] == 1:
        assert found == volume["sha256"], f"slices out of order, shape {voxels.shape}"


arguments = json.loads(sys.argv[1])
verdicts = {}
for volume in arguments["volumes"]:
    try:
        check(f"{arguments['root']}/{volume['name']}.ome.zarr", volume)
    except Exception as failure:
        verdicts[volume["name"]] = f"{type(failure).__name__}: {failure}"
json.dump(verdicts, sys.stdout)
