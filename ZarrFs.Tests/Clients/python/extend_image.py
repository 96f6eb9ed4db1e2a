"""Writes OME-Zarr images of Zarr v2 as various programs do ("write"), and looks at the levels that were added to one ("check")."""
import json
import os
import sys

import numcodecs
import numpy as np
import zarr

import ome_rules
import oracle

arguments = json.loads(sys.argv[1])
path = arguments["path"]
SPACE = [{"name": name, "type": "space", "unit": "micrometer"} for name in "zyx"]
KINDS = {
    # scroll2zarr: three axes, scales 1, 2, 4, no translation, nested keys, no compressor.
    "scroll2zarr": {"axes": [{"name": n, "type": "space"} for n in "zyx"], "names": "{}", "chunks": (8, 8, 8), "compressor": None, "separator": "/", "dtype": "<u2", "voxel": (1, 1, 1), "translation": False},
    # bioformats2raw: five axes, chunks of one plane, blosc.
    "bioformats2raw": {"axes": [{"name": "t", "type": "time"}, {"name": "c", "type": "channel"}, *SPACE], "names": "{}", "chunks": (1, 1, 1, 16, 16), "compressor": numcodecs.Blosc("lz4", 5, 1), "separator": "/", "dtype": ">u2", "voxel": (1, 1, 0.5, 0.25, 0.25), "translation": False},
    # ngff-zarr: a folder for each level, translations, consolidated metadata.
    "ngff-zarr": {"axes": SPACE, "names": "scale{}/image", "chunks": (8, 16, 8), "compressor": numcodecs.Zstd(1), "separator": "/", "dtype": "<f4", "voxel": (2, 0.5, 0.5), "translation": True, "consolidated": True},
    # multiscale-spatial-image and others: s0, s1, dots, Fortran order, a fill value that is not 0.
    "s-levels": {"axes": SPACE, "names": "s{}", "chunks": (8, 8, 8), "compressor": numcodecs.GZip(1), "separator": ".", "dtype": "|u1", "voxel": (1, 1, 1), "translation": True, "order": "F", "fill": 5, "consolidated": True},
}
kind = KINDS[arguments["kind"]]
leading = (1,) * (len(kind["axes"]) - 3)


def write():
    """Levels 0 and 1; of level 1, voxels that no method makes of level 0."""
    random = np.random.default_rng(5)
    shape = (21, 37, 43)
    group = zarr.open_group(path, mode="w")
    datasets = []
    for level in range(arguments["levels"]):
        name = kind["names"].format(level)
        data = random.integers(0, 250, (2 if len(leading) else 1, *shape)).astype(kind["dtype"])
        data[:, :9, :9, :9] = 0
        data = data.reshape((1, 2, *shape)) if len(leading) else data[0]
        folder = os.path.join(path, *name.split("/")[:-1])
        zarr.open_group(folder, mode="a")
        array = zarr.open(os.path.join(path, name), mode="w", shape=data.shape, chunks=kind["chunks"], dtype=data.dtype, compressor=kind["compressor"],
                          dimension_separator=kind["separator"], order=kind.get("order", "C"), fill_value=kind.get("fill", 0))
        array[...] = data
        array.attrs["_ARRAY_DIMENSIONS"] = [a["name"] for a in kind["axes"]]
        scale = [float(v * (2**level if a["type"] == "space" else 1)) for v, a in zip(kind["voxel"], kind["axes"])]
        transforms = [{"type": "scale", "scale": scale}]
        if kind["translation"]:
            transforms.append({"type": "translation", "translation": [v * (2**level - 1) / 2 for v in kind["voxel"]]})
        datasets.append({"path": name, "coordinateTransformations": transforms})
        shape = tuple(-(-n // 2) for n in shape)
    group.attrs["multiscales"] = [{"version": "0.4", "name": "image", "axes": kind["axes"], "datasets": datasets, "type": "mean", "unknown": {"kept": [1, 2.5]}}]
    group.attrs["somebody's"] = {"own": True}
    if kind.get("consolidated"):
        zarr.consolidate_metadata(path)


def check():
    group = zarr.open_consolidated(path, mode="r") if kind.get("consolidated") else zarr.open_group(path, mode="r")
    attributes = group.attrs.asdict()
    multiscale = attributes["multiscales"][0]
    assert attributes["somebody's"] == {"own": True} and multiscale["unknown"] == {"kept": [1, 2.5]}, "what was not ours is gone"
    if kind.get("consolidated"):
        plain = zarr.open_group(path, mode="r")
        assert plain.attrs.asdict() == attributes, ".zmetadata differs from .zattrs"
    names = [kind["names"].format(level) for level in range(arguments["levels"])]
    assert [d["path"] for d in multiscale["datasets"]] == names, f"datasets {[d['path'] for d in multiscale['datasets']]}"
    arrays = {name: {"shape": list(group[name].shape)} for name in names}
    ome_rules.multiscale_rules(multiscale, arrays)
    for level, name in enumerate(names):
        array = group[name]
        raw = json.load(open(os.path.join(path, name, ".zarray")))
        for axis, a in enumerate(kind["axes"]):
            factor = 2**level if a["type"] == "space" else 1
            found = ome_rules.physical(multiscale, level, axis)
            step = kind["voxel"][axis] * factor
            centre = kind["voxel"][axis] * (factor - 1) / 2 if kind["translation"] else 0
            if arguments["method"] == "nearest" and level >= arguments["first"] and kind["translation"]:
                centre = kind["voxel"][axis] * (2 ** (arguments["first"] - 1) - 1) / 2
            assert found == (step, centre), f"level {level}: {found}, expected {(step, centre)}"
        assert array.attrs["_ARRAY_DIMENSIONS"] == [a["name"] for a in kind["axes"]], "_ARRAY_DIMENSIONS"
        if level < arguments["first"]:
            continue
        assert array.compressor == kind["compressor"] and raw["dimension_separator"] == kind["separator"], f"level {level}: {raw}"
        assert array.dtype == np.dtype(kind["dtype"]).newbyteorder("<"), f"level {level}: {array.dtype}"
        assert array.chunks == tuple(c + c % 2 if i >= len(leading) else c for i, c in enumerate(kind["chunks"])), f"level {level}: chunks {array.chunks}"
        finer = group[names[level - 1]][...]
        for channel in np.ndindex(finer.shape[: len(leading)]):
            expected = oracle.level_below(finer[channel].astype(array.dtype), arguments["method"])
            assert np.array_equal(array[channel] if leading else array[...], expected), f"level {level}: other voxels"
    present = [n for n in os.listdir(path) if os.path.isdir(os.path.join(path, n)) and n != "labels"]
    assert sorted(present) == sorted({n.split("/")[0] for n in names}), f"directories {present}"


{"write": write, "check": check}[arguments["do"]]()
