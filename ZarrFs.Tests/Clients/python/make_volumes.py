"""Writes TIFF volumes by recipe, with tifffile, and beside them the arrays that readers must get."""
import hashlib
import json
import os
import sys
import zlib

import numpy as np
import tifffile

import oracle


def voxels(recipe):
    """Random but repeatable; of few values where the most frequent one matters."""
    random = np.random.default_rng(zlib.crc32(recipe["seed"].encode()))
    shape, dtype = recipe["shape"], np.dtype(recipe["dtype"])
    if recipe["labels"]:
        return random.integers(0, 5, shape).astype(dtype)
    if dtype == np.float64:
        return random.integers(-2**30, 2**30, shape) / 1024  # few bits, so that a sum does not depend on its order
    if dtype.kind == "f":
        return (random.standard_normal(shape) * 1000).astype(dtype)
    limits = np.iinfo(dtype)
    values = random.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)
    values.flat[:2] = limits.min, limits.max
    return values


def write(path, pages, recipe):
    options = dict(byteorder=recipe["order"], photometric="minisblack", metadata=None, bigtiff=recipe["bigTiff"])
    if recipe["tile"]:
        options["tile"] = tuple(recipe["tile"])
    elif recipe["rowsPerStrip"]:
        options["rowsperstrip"] = recipe["rowsPerStrip"]
    with tifffile.TiffWriter(path, byteorder=options.pop("byteorder"), bigtiff=options.pop("bigtiff")) as tiff:
        for page in pages:
            tiff.write(np.ascontiguousarray(page), contiguous=False, **options)


def write_slices(folder, volume, recipe):
    present = [z for z in range(len(volume)) if z not in recipe["missing"]]
    for z in present:
        write(os.path.join(folder, recipe["names"] % z), volume[z:z + 1], recipe)
    depth = max(max(present) + 1, (recipe["meta"] or {}).get("slices", 0))
    shown = np.zeros_like(volume[:depth])
    shown[present] = volume[present]
    return folder, shown


def write_file(folder, volume, recipe):
    path = os.path.join(folder, "stack.tif")
    write(path, volume, recipe)
    return path, volume


def write_cells(folder, volume, recipe):
    """Cells of one size; what overhangs the extent of meta.json is rubbish and must not be seen."""
    cell = recipe["cell"]
    whole = [-(-n // c) * c for n, c in zip(volume.shape, cell)]
    padded = np.random.default_rng(1).integers(1, 100, whole).astype(volume.dtype)
    padded[tuple(slice(n) for n in volume.shape)] = volume
    shown = np.zeros_like(volume)
    for y, x, z in recipe["present"]:
        at = tuple(slice((i - 1) * c, i * c) for i, c in zip((z, y, x), cell))
        box = padded[at] if recipe["meta"] else volume[at]
        write(os.path.join(folder, f"cell_yxz_{y:03}_{x:03}_{z:03}.tif"), box, recipe)
        shown[at] = volume[at]
    return folder, shown


def make(recipe, workspace):
    folder = os.path.join(workspace, "sources", recipe["name"])
    os.makedirs(folder)
    volume = voxels(recipe)
    source, shown = {"slices": write_slices, "file": write_file, "cells": write_cells}[recipe["kind"]](folder, volume, recipe)
    if recipe["meta"]:
        with open(os.path.join(folder, "meta.json"), "w") as file:
            json.dump(recipe["meta"], file)

    options = recipe["view"]
    chunk = oracle.chunk_shape(options)
    pyramid = oracle.levels(oracle.view(shown, options), chunk, oracle.level_count(options), options.get("downsample", "mean"))
    expected = os.path.join(workspace, "expected", recipe["name"])
    os.makedirs(expected)
    for level, array in enumerate(pyramid):
        np.save(os.path.join(expected, f"{level}.npy"), array)
    return {
        "source": source,
        "chunk": chunk,
        "method": options.get("downsample", "mean"),
        "dtype": pyramid[0].dtype.name,
        "shapes": [list(array.shape) for array in pyramid],
        "sha256": [hashlib.sha256(array.tobytes()).hexdigest() for array in pyramid],
        "voxel": recipe["voxel"],
    }


def main():
    arguments = json.loads(sys.argv[1])
    made = {recipe["name"]: make(recipe, arguments["workspace"]) for recipe in json.load(open(arguments["recipes"]))}
    with open(os.path.join(arguments["workspace"], "volumes.json"), "w") as file:
        json.dump(made, file)


main()
