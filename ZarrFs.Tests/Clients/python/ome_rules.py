"""The MUSTs of OME-Zarr 0.4 and 0.5 (https://ngff.openmicroscopy.org) and of Zarr v2 and v3, for both roots of each volume."""
import json
import math
import os
import re

import checking

UNITS = {"angstrom", "attometer", "centimeter", "centisecond", "micrometer", "millimeter", "nanometer", "meter", "picometer", "inch", "second", "millisecond"}


def load(*path):
    with open(os.path.join(*path)) as file:
        return json.load(file)


def numbers(values, length, what):
    assert isinstance(values, list) and len(values) == length, f"{what}: {values!r} is not a list of {length}"
    assert all(isinstance(v, (int, float)) and not isinstance(v, bool) and math.isfinite(v) for v in values), f"{what}: {values!r}"


def transformations(transforms, rank, what):
    """Exactly one scale, first; then at most one translation; as long as there are axes."""
    assert isinstance(transforms, list) and transforms, f"{what}: no transformations"
    assert [t["type"] for t in transforms] in (["scale"], ["scale", "translation"]), f"{what}: {[t['type'] for t in transforms]}"
    for transform in transforms:
        numbers(transform[transform["type"]], rank, what)
    assert all(s > 0 for s in transforms[0]["scale"]), f"{what}: scale {transforms[0]['scale']}"


def multiscale_rules(multiscale, arrays):
    axes = multiscale["axes"]
    assert 2 <= len(axes) <= 5, f"{len(axes)} axes"
    names = [a["name"] for a in axes]
    assert len(set(names)) == len(names), f"axes {names}"
    kinds = [a.get("type") for a in axes]
    assert kinds.count("space") in (2, 3) and kinds == sorted(kinds, key=["time", "channel", "space"].index), f"axis types {kinds}"
    assert names[-3:] == ["z", "y", "x"], f"space axes {names}"
    for axis in axes:
        assert isinstance(axis["name"], str) and axis.get("unit", "meter") in UNITS, f"axis {axis}"
    assert isinstance(multiscale["name"], str) and isinstance(multiscale.get("type"), str), "name and type SHOULD be there"

    datasets = multiscale["datasets"]
    assert datasets, "no datasets"
    previous = None
    for dataset in datasets:
        transformations(dataset["coordinateTransformations"], len(axes), f"dataset {dataset['path']}")
        scale = dataset["coordinateTransformations"][0]["scale"]
        assert len(arrays[dataset["path"]]["shape"]) == len(axes), f"dataset {dataset['path']}: rank"
        if previous:
            assert all(a <= b for a, b in zip(previous, scale)), "datasets are not ordered from fine to coarse"
        previous = scale
    if "coordinateTransformations" in multiscale:
        transformations(multiscale["coordinateTransformations"], len(axes), "multiscale")


def omero_rules(omero):
    assert isinstance(omero["channels"], list) and omero["channels"], "omero: no channels"
    for channel in omero["channels"]:
        assert re.fullmatch("[0-9A-Fa-f]{6}", channel["color"]), f"omero: color {channel['color']!r}"
        for end in ("start", "end", "min", "max"):
            assert isinstance(channel["window"][end], (int, float)), f"omero: window {channel['window']}"
        window = channel["window"]
        assert window["start"] < window["end"] and window["min"] < window["max"], f"omero: window {window}"


def physical(multiscale, level, axis):
    """Scale and translation of a level, the multiscale's own applied after the dataset's."""
    transforms = {t["type"]: t[t["type"]][axis] for t in multiscale["datasets"][level]["coordinateTransformations"]}
    outer = {t["type"]: t[t["type"]][axis] for t in multiscale.get("coordinateTransformations", [])}
    factor = outer.get("scale", 1)
    return transforms["scale"] * factor, transforms.get("translation", 0) * factor + outer.get("translation", 0)


def version_four(folder):
    documents = {name for name in os.listdir(folder)}
    assert "zarr.json" not in documents, "v3 documents among v2's"
    assert load(folder, ".zgroup") == {"zarr_format": 2}, ".zgroup"
    attributes = load(folder, ".zattrs")
    consolidated = load(folder, ".zmetadata")
    assert consolidated["zarr_consolidated_format"] == 1, ".zmetadata"
    assert consolidated["metadata"][".zattrs"] == attributes and consolidated["metadata"][".zgroup"] == {"zarr_format": 2}, ".zmetadata differs from the group"
    multiscale = attributes["multiscales"][0]
    assert multiscale["version"] == "0.4", "version"
    arrays = {}
    for dataset in multiscale["datasets"]:
        path = dataset["path"]
        assert "zarr.json" not in os.listdir(os.path.join(folder, path)), "v3 documents among v2's"
        array = arrays[path] = load(folder, path, ".zarray")
        assert set(array) == {"zarr_format", "shape", "chunks", "dtype", "compressor", "fill_value", "order", "filters", "dimension_separator"}, f"{path}/.zarray: {sorted(array)}"
        assert array["dimension_separator"] == "/", "OME-Zarr 0.4 nests its chunks"
        assert load(folder, path, ".zattrs")["_ARRAY_DIMENSIONS"] == [a["name"] for a in multiscale["axes"]], "_ARRAY_DIMENSIONS"
        assert consolidated["metadata"][f"{path}/.zarray"] == array, f".zmetadata differs from {path}/.zarray"
    assert {name for name in documents if name.isdigit()} == set(arrays), "a level that is not listed"
    multiscale_rules(multiscale, arrays)
    omero_rules(attributes["omero"])
    assert len(attributes["omero"]["channels"]) == 1, "0.4 shows one channel"
    return multiscale


def version_five(folder):
    assert not [n for n in os.listdir(folder) if n.startswith(".z")], "v2 documents among v3's"
    group = load(folder, "zarr.json")
    assert group["zarr_format"] == 3 and group["node_type"] == "group", "zarr.json"
    ome = group["attributes"]["ome"]
    assert ome["version"] == "0.5", "version"
    consolidated = group["consolidated_metadata"]
    assert consolidated["kind"] == "inline" and consolidated["must_understand"] is False, "consolidated_metadata"
    multiscale = ome["multiscales"][0]
    assert "version" not in multiscale, "0.5 has its version at ome only"
    arrays = {}
    for dataset in multiscale["datasets"]:
        path = dataset["path"]
        assert not [n for n in os.listdir(os.path.join(folder, path)) if n.startswith(".z")], "v2 documents among v3's"
        array = arrays[path] = load(folder, path, "zarr.json")
        assert {"zarr_format", "node_type", "shape", "data_type", "chunk_grid", "chunk_key_encoding", "fill_value", "codecs"} <= set(array), f"{path}: a mandatory field is missing"
        assert array["zarr_format"] == 3 and array["node_type"] == "array", f"{path}: kind"
        assert array["dimension_names"] == [a["name"] for a in multiscale["axes"]], f"{path}: dimension_names {array.get('dimension_names')}"
        assert array["codecs"][0]["name"] == "bytes", f"{path}: codecs {array['codecs']}"
        endian = array["codecs"][0].get("configuration", {}).get("endian")
        assert endian == (None if array["data_type"].endswith("int8") else "little"), f"{path}: endian {endian}"
        assert "ome" not in array["attributes"], f"{path}: OME metadata belongs to the group"
        assert consolidated["metadata"][path] == array, f"consolidated_metadata differs from {path}/zarr.json"
    multiscale_rules(multiscale, arrays)
    omero_rules(ome["omero"])
    names = [a["name"] for a in multiscale["axes"]]
    channels = arrays["0"]["shape"][names.index("c")] if "c" in names else 1
    assert len(ome["omero"]["channels"]) == channels, f"omero: {len(ome['omero']['channels'])} of {channels} channels"
    return multiscale


def check(showcase, name, facts):
    four = version_four(showcase.path(name))
    five = version_five(showcase.path(name, ".ome.zarr"))
    voxel = facts["voxel"] or [1.0] * 3
    unit = "micrometer" if facts["voxel"] else None
    for multiscale, axes in ((four, ["z", "y", "x"]), (five, facts["axes"])):
        assert len(multiscale["datasets"]) == len(facts["shapes"]), "number of levels"
        assert [a["name"] for a in multiscale["axes"]] == axes, f"axes {multiscale['axes']}, expected {axes}"
        units = {"t": "second" if facts["timeStep"] else None, "c": None}
        assert [a.get("unit") for a in multiscale["axes"]] == [units.get(a, unit) for a in axes], f"units {multiscale['axes']}"
    leading = len(facts["axes"]) - 3
    for level in range(len(facts["shapes"])):
        for axis, name in enumerate(facts["axes"][:leading]):
            step = facts["timeStep"] or 1 if name == "t" else 1
            assert physical(five, level, axis) == (step, 0), f"0.5, level {level}: {physical(five, level, axis)} along {name}, expected {step}"
        for axis in range(3):
            step = voxel[axis] * 2**level
            # The centre of a block of 2^n voxels; "nearest" takes the block's first voxel.
            centre = 0 if facts["method"] == "nearest" else voxel[axis] * (2**level - 1) / 2
            assert math.isclose(physical(four, level, axis)[0], step, rel_tol=1e-12), f"0.4, level {level}: scale"
            found = physical(five, level, leading + axis)
            assert all(math.isclose(f, e, rel_tol=1e-12) for f, e in zip(found, (step, centre))), f"0.5, level {level}: {found}, expected {(step, centre)}"


if __name__ == "__main__":
    checking.run(check)
