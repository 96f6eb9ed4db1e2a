"""What khartes, VC3D and vesuvius-gui demand of a v2 store before they show it, as their sources have it."""
import json
import os

import zarr

import checking


def load(path):
    with open(path) as file:
        return json.load(file)


def khartes(folder):
    """Zarr v2 through zarr-python; levels "0", "1", … without gaps; the first scale three equal numbers, exactly 1, 2, 4 …"""
    assert folder.endswith(".zarr"), "khartes: the folder must end in .zarr"
    group = zarr.open(folder, mode="r")
    datasets = group.attrs["multiscales"][0]["datasets"]
    for level, dataset in enumerate(datasets):
        assert dataset["path"] == str(level), f"khartes: path {dataset['path']} at place {level}"
        scale = next(t["scale"] for t in dataset["coordinateTransformations"] if "scale" in t)
        assert scale == [2.0**level] * 3, f"khartes: scale {scale} at level {level}"
        assert group[dataset["path"]].ndim == 3, "khartes: only zyx"


def vc3d(folder, volume):
    """meta.json; zyx; canonical paths; dyadic isotropic scales, no translation; shapes ceil(n/2); one type and one fill value."""
    meta = load(os.path.join(folder, "meta.json"))
    for field, kind in {"type": str, "uuid": str, "name": str, "width": int, "height": int, "slices": int, "voxelsize": float, "min": float, "max": float}.items():
        assert isinstance(meta.get(field), kind), f"VC3D: meta.json: {field} is {meta.get(field)!r}"
    assert meta["type"] == "vol" and meta["format"] == "zarr", "VC3D: meta.json is not that of a zarr volume"
    attributes = load(os.path.join(folder, ".zattrs"))
    multiscale = attributes["multiscales"][0]
    assert [a["name"] for a in multiscale["axes"]] == ["z", "y", "x"], "VC3D: axes"
    finest = load(os.path.join(folder, "0", ".zarray"))
    assert [meta["slices"], meta["height"], meta["width"]] == finest["shape"], "VC3D: meta.json's extent is not the array's"
    shape = finest["shape"]
    for level, dataset in enumerate(multiscale["datasets"]):
        assert dataset["path"] == str(level), "VC3D: paths"
        for transform in dataset["coordinateTransformations"]:
            assert transform["type"] == "scale", f"VC3D: a {transform['type']} at level {level}"
            assert transform["scale"] == [2.0**level] * 3, "VC3D: scale"
        array = load(os.path.join(folder, str(level), ".zarray"))
        assert array["shape"] == shape, f"VC3D: shape {array['shape']} at level {level}, expected {shape}"
        assert (array["dtype"], array["fill_value"]) == (finest["dtype"], finest["fill_value"]), "VC3D: type or fill value differ"
        assert array["order"] == "C" and array["filters"] is None, "VC3D: order or filters"
        shape = [(n + 1) // 2 for n in shape]
    if volume["voxel"] is not None:
        assert meta["voxelsize"] == volume["voxel"][2], f"VC3D: voxelsize {meta['voxelsize']}, expected {volume['voxel'][2]}"


def vesuvius_gui(folder):
    """Strict structures: name and version present, only scales, an integer fill value, no compressor, "/" between numbers."""
    multiscale = load(os.path.join(folder, ".zattrs"))["multiscales"][0]
    assert isinstance(multiscale["name"], str) and multiscale["version"] == "0.4", "vesuvius-gui: name or version"
    for dataset in multiscale["datasets"]:
        for transform in dataset["coordinateTransformations"]:
            assert set(transform) == {"type", "scale"}, f"vesuvius-gui: transformation {transform}"
        array = load(os.path.join(folder, dataset["path"], ".zarray"))
        assert type(array["fill_value"]) is int, f"vesuvius-gui: fill_value {array['fill_value']!r}"
        assert array["compressor"] is None and array["zarr_format"] == 2, "vesuvius-gui: compressor or format"
        assert array["dimension_separator"] == "/", "vesuvius-gui: separator"


def check(showcase, name, facts):
    folder = showcase.path(name)
    khartes(folder)
    vc3d(folder, facts)
    vesuvius_gui(folder)


checking.run(check)
