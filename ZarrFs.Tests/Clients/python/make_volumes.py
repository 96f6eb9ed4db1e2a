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
    """Along t, c, z, y, x. Random but repeatable; of few values where the most frequent one matters."""
    random = np.random.default_rng(zlib.crc32(recipe["seed"].encode()))
    shape, dtype = [recipe["times"], recipe["channels"], *recipe["shape"]], np.dtype(recipe["dtype"])
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


def write_imagej(folder, volume, recipe):
    """ImageJ's own order of pages: channels fastest, then z, then time."""
    path = os.path.join(folder, "hyperstack.tif")
    voxel = recipe["voxel"]
    metadata = {"axes": "TZCYX", "spacing": voxel[0], "unit": "um"}
    if recipe["timeStep"]:
        metadata["finterval"] = recipe["timeStep"]
    tifffile.imwrite(
        path, np.ascontiguousarray(volume.transpose(0, 2, 1, 3, 4)), imagej=True, byteorder=recipe["order"],
        resolution=(1 / voxel[2], 1 / voxel[1]), metadata=metadata)
    return path, volume


def write_ome(folder, volume, recipe):
    """The order of pages that XYZTC means: z fastest, then time, then channels."""
    path = os.path.join(folder, "image.ome.tif")
    metadata = {"axes": "CTZYX", "Channel": {"Name": recipe["channelNames"]}}
    for axis, size in zip("ZYX", recipe["voxel"]):
        metadata |= {f"PhysicalSize{axis}": size, f"PhysicalSize{axis}Unit": "µm"}
    if recipe["timeStep"]:
        metadata |= {"TimeIncrement": recipe["timeStep"], "TimeIncrementUnit": "s"}
    tifffile.imwrite(path, np.ascontiguousarray(volume.transpose(1, 0, 2, 3, 4)), photometric="minisblack", byteorder=recipe["order"], metadata=metadata)
    return path, volume


def write_rgb(folder, volume, recipe):
    """Channels as the samples of a pixel, deflated."""
    path = os.path.join(folder, "picture.tif")
    pages = volume[0].transpose(1, 0, 2, 3) if recipe["planar"] else volume[0].transpose(1, 2, 3, 0)
    with tifffile.TiffWriter(path, byteorder=recipe["order"]) as tiff:
        for page in pages:
            tiff.write(
                np.ascontiguousarray(page), photometric="rgb", planarconfig="separate" if recipe["planar"] else "contig", contiguous=False,
                compression="zlib", rowsperstrip=11, metadata=None)
    return path, volume


def write_folders(folder, volume, recipe):
    """A folder for each time, in it one for each channel, in it slices."""
    for t, time in enumerate(volume):
        for c, channel in enumerate(time):
            place = os.path.join(folder, f"t{t:02}", f"ch{c}")
            os.makedirs(place)
            for z in range(len(channel)):
                write(os.path.join(place, f"img_z{z:03}.tif"), channel[z:z + 1], recipe)
    return folder, volume


FIVE_AXES = {"imagej": write_imagej, "ome": write_ome, "rgb": write_rgb, "folders": write_folders}


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
    if recipe["kind"] in FIVE_AXES:
        source, shown = FIVE_AXES[recipe["kind"]](folder, volume, recipe)
    else:
        source, shown = {"slices": write_slices, "file": write_file, "cells": write_cells}[recipe["kind"]](folder, volume[0, 0], recipe)
        shown = shown[None, None]
    if recipe["meta"]:
        with open(os.path.join(folder, "meta.json"), "w") as file:
            json.dump(recipe["meta"], file)

    options = recipe["view"]
    chunk = oracle.chunk_shape(options)
    method = options.get("downsample", "mean")
    pyramids = [[oracle.levels(oracle.view(channel, options), chunk, oracle.level_count(options), method) for channel in time] for time in shown]
    all_axes = [np.array([[channel[level] for channel in time] for time in pyramids]) for level in range(len(pyramids[0][0]))]
    t, c = oracle.chosen(options, ["red", "green", "blue", "alpha"] if recipe["kind"] == "rgb" else recipe["channelNames"])
    one = [array[t, c] for array in all_axes]
    hidden = tuple(axis for axis in (0, 1) if shown.shape[axis] == 1)
    all_axes = [array.squeeze(hidden) for array in all_axes]
    expected = os.path.join(workspace, "expected", recipe["name"])
    os.makedirs(expected)
    for level, array in enumerate(one):
        np.save(os.path.join(expected, f"{level}.npy"), array)
    return {
        "source": source,
        "chunk": chunk,
        "method": method,
        "dtype": one[0].dtype.name,
        "shapes": [list(array.shape) for array in one],
        "sha256": [hashlib.sha256(array.tobytes()).hexdigest() for array in one],
        "voxel": recipe["voxel"],
        # Of the root with all axes.
        "axes": [name for axis, name in enumerate("tczyx") if axis not in hidden],
        "allShapes": [list(array.shape) for array in all_axes],
        "allSha256": [hashlib.sha256(array.tobytes()).hexdigest() for array in all_axes],
        "chosen": [index for axis, index in enumerate((t, c)) if axis not in hidden],
        "timeStep": recipe["timeStep"],
    }


def main():
    arguments = json.loads(sys.argv[1])
    made = {recipe["name"]: make(recipe, arguments["workspace"]) for recipe in json.load(open(arguments["recipes"]))}
    with open(os.path.join(arguments["workspace"], "volumes.json"), "w") as file:
        json.dump(made, file)


main()
