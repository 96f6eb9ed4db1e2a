"""Writes Zarr arrays of every dtype, byte order, compressor, separator and shape that are read, with what they hold as raw voxels in the order t c z y x."""
import itertools
import json
import os
import struct
import sys

import numcodecs
import numpy as np
import zarr

arguments = json.loads(sys.argv[1])
folder = arguments["folder"]
random = np.random.default_rng(7)
written = []


def voxels(shape, dtype, fill=0):
    """Random ones, with boxes of nothing but the fill value, which get no chunk of their own."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        data = random.integers(0, 2, shape).astype(dtype)
    elif dtype.kind == "f":
        data = (random.standard_normal(shape) * 1000).astype(dtype)
    else:
        info = np.iinfo(dtype)
        data = random.integers(info.min, info.max, shape, dtype=dtype.newbyteorder("="), endpoint=True).astype(dtype)
    half = tuple(slice(0, n // 2 + 1) for n in shape[-3:])
    data[(..., *half)] = 0 if fill is None else fill
    return data


def remember(name, data, axes, where=None):
    """The voxels as t c z y x, little-endian."""
    if axes != "tczyx":
        data = data[(..., *[None] * sum(a not in axes for a in "tczyx"))]
        order = list(axes) + [a for a in "tczyx" if a not in axes]
        data = data.transpose([order.index(a) for a in "tczyx"])
    little = np.ascontiguousarray(data, dtype=data.dtype.newbyteorder("<"))
    little.tofile(os.path.join(folder, name + ".raw"))
    kind = "uint8" if data.dtype.kind == "b" else data.dtype.name
    written.append({"name": where or name, "raw": name + ".raw", "shape": list(little.shape), "dtype": kind})


def array2(name, data, chunks, axes="zyx", fill=0, separator=".", compressor=None, order="C", dimensions=None):
    path = os.path.join(folder, name)
    made = zarr.open(path, mode="w", shape=data.shape, chunks=chunks, dtype=data.dtype, fill_value=fill, compressor=compressor,
                     order=order, dimension_separator=separator, write_empty_chunks=False)
    made[...] = data
    if dimensions:
        made.attrs["_ARRAY_DIMENSIONS"] = list(dimensions)
    remember(name, data, axes)


def array3(name, data, chunks, codecs, encode, keys={"name": "default", "configuration": {"separator": "/"}}, fill=0, axes="zyx", names=None, order=None, big=False, extra={}):
    """No zarr-python here writes v3: the document and the chunks by hand."""
    path = os.path.join(folder, name)
    os.makedirs(path)
    kind = "bool" if data.dtype.kind == "b" else data.dtype.name
    document = {"zarr_format": 3, "node_type": "array", "shape": list(data.shape), "data_type": kind,
                "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(chunks)}},
                "chunk_key_encoding": keys, "fill_value": fill, "codecs": codecs, **extra}
    if names:
        document["dimension_names"] = names
    with open(os.path.join(path, "zarr.json"), "w") as file:
        json.dump(document, file)
    separator = keys.get("configuration", {}).get("separator", "/" if keys["name"] == "default" else ".")
    number = {"NaN": np.nan, "Infinity": np.inf, "-Infinity": -np.inf}.get(fill, fill)
    if isinstance(number, str):
        number = struct.unpack(">f", bytes.fromhex(number[2:]))[0]
    for index in itertools.product(*(range(-(-n // c)) for n, c in zip(data.shape, chunks))):
        box = data[tuple(slice(i * c, (i + 1) * c) for i, c in zip(index, chunks))]
        chunk = np.full(chunks, number, dtype=data.dtype)
        chunk[tuple(slice(0, n) for n in box.shape)] = box
        if np.array_equal(chunk, np.full(chunks, number, dtype=data.dtype), equal_nan=chunk.dtype.kind == "f"):
            continue
        if order:
            chunk = chunk.transpose(order)
        raw = np.ascontiguousarray(chunk, dtype=chunk.dtype.newbyteorder(">" if big else "<")).tobytes()
        key = (["c"] if keys["name"] == "default" else []) + [str(i) for i in index]
        file = os.path.join(path, separator.join(key))
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "wb") as out:
            out.write(encode(raw))
    remember(name, data, axes)


def crc32c(raw):
    table = []
    for n in range(256):
        for _ in range(8):
            n = (n >> 1) ^ (0x82F63B78 if n & 1 else 0)
        table.append(n)
    value = 0xFFFFFFFF
    for byte in raw:
        value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
    return raw + struct.pack("<I", value ^ 0xFFFFFFFF)


def bytes_codec(endian="little"):
    return {"name": "bytes", "configuration": {"endian": endian}}


SHAPE, CHUNKS = (21, 19, 37), (8, 6, 16)
COMPRESSORS = {
    "none": None,
    "zlib": numcodecs.Zlib(3),
    "gzip": numcodecs.GZip(5),
    "zstd": numcodecs.Zstd(3),
    **{f"blosc-{name}-{shuffle}": numcodecs.Blosc(name, 5, shuffle) for name in numcodecs.blosc.list_compressors() for shuffle in (0, 1, 2)},
}

for dtype in ("|u1", "|i1", "|b1", *[order + kind for order in "<>" for kind in ("u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8")]):
    for compressor in ("none", "zstd"):
        name = f"v2-{dtype.strip('|').replace('<', 'le-').replace('>', 'be-')}-{compressor}"
        array2(name, voxels(SHAPE, dtype), CHUNKS, compressor=COMPRESSORS[compressor], separator="/" if compressor == "none" else ".")
for name, compressor in COMPRESSORS.items():
    for dtype in ("|u1", "<u2", "<f4"):
        array2(f"v2-codec-{name}-{dtype[1:]}", voxels(SHAPE, dtype), CHUNKS, compressor=compressor, separator="/")
for number, (dtype, fill) in enumerate([("|u1", 7), ("<i2", -3), (">u2", 65535), ("<u8", 2**64 - 1), ("<i8", -2**63), ("<f4", float("nan")), (">f8", float("-inf")), ("<f4", 0.1), ("<u2", None)]):
    for separator in "./":
        array2(f"v2-fill-{number}-{ord(separator)}", voxels(SHAPE, dtype, fill), CHUNKS, fill=fill, separator=separator)
array2("v2-missing-all", np.zeros(SHAPE, "<u2"), CHUNKS)
array2("v2-fortran", voxels(SHAPE, "<u2"), CHUNKS, order="F")
array2("v2-fortran-blosc", voxels(SHAPE, ">f4"), CHUNKS, order="F", compressor=COMPRESSORS["blosc-lz4-1"])
array2("v2-one-chunk", voxels(SHAPE, "<u2"), (64, 64, 64))
array2("v2-planes", voxels(SHAPE, "<u2"), (1, 19, 37), compressor=COMPRESSORS["gzip"])
array2("v2-rows", voxels(SHAPE, "<u4"), (3, 1, 5))
array2("v2-columns", voxels(SHAPE, "<u4"), (3, 5, 1))
array2("v2-2d", voxels(SHAPE[1:], "<u2"), CHUNKS[1:], axes="yx")
array2("v2-4d", voxels((3, *SHAPE), "<u2"), (1, *CHUNKS), axes="czyx", separator="/")
array2("v2-4d-t", voxels((3, *SHAPE), "<u2"), (1, *CHUNKS), axes="tzyx", dimensions="tzyx")
array2("v2-4d-together", voxels((3, *SHAPE), "<u2"), (3, *CHUNKS), axes="czyx", compressor=COMPRESSORS["zstd"])
array2("v2-4d-two-and-two", voxels((3, *SHAPE), "<u2"), (2, *CHUNKS), axes="czyx")
array2("v2-5d", voxels((2, 3, *SHAPE), "<u2"), (2, 2, *CHUNKS), axes="tczyx", compressor=COMPRESSORS["blosc-zstd-2"])
array2("v2-xyz", voxels(SHAPE, "<u2"), CHUNKS, axes="xyz", dimensions="xyz")
array2("v2-zyxc", voxels((*SHAPE, 3), "<u2"), (*CHUNKS, 3), axes="zyxc", dimensions="zyxc")
array2("v2-3d-cyx", voxels((3, *SHAPE[1:]), "<u2"), (1, *CHUNKS[1:]), axes="cyx", dimensions=["channel", "y", "x"])
array2("v2-unknown-names", voxels(SHAPE, "<u2"), CHUNKS, dimensions=["height", "lat", "lon"])

for dtype in ("u1", "i1", "b1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"):
    array3(f"v3-{dtype}", voxels(SHAPE, dtype), CHUNKS, [bytes_codec()], bytes)
blosc = numcodecs.Blosc("zstd", 5, 1)
PIPELINES = {
    "gzip": ([bytes_codec(), {"name": "gzip", "configuration": {"level": 1}}], numcodecs.GZip(1).encode),
    "zstd": ([bytes_codec(), {"name": "zstd", "configuration": {"level": 1, "checksum": False}}], numcodecs.Zstd(1).encode),
    "blosc": ([bytes_codec(), {"name": "blosc", "configuration": {"cname": "zstd", "clevel": 5, "shuffle": "shuffle", "typesize": 1, "blocksize": 0}}], blosc.encode),
    "crc32c": ([bytes_codec(), {"name": "crc32c"}], crc32c),
    "gzip-crc32c": ([bytes_codec(), {"name": "gzip", "configuration": {"level": 1}}, "crc32c"], lambda raw: crc32c(numcodecs.GZip(1).encode(raw))),
}
for name, (codecs, encode) in PIPELINES.items():
    array3(f"v3-{name}", voxels(SHAPE, "u2"), CHUNKS, codecs, encode)
array3("v3-big", voxels(SHAPE, "u2"), CHUNKS, [bytes_codec("big")], bytes, big=True)
array3("v3-bytes-without-endian", voxels(SHAPE, "u1"), CHUNKS, ["bytes"], bytes)
array3("v3-dots", voxels(SHAPE, "u2"), CHUNKS, [bytes_codec()], bytes, keys={"name": "default", "configuration": {"separator": "."}})
array3("v3-default-keys", voxels(SHAPE, "u2"), CHUNKS, [bytes_codec()], bytes, keys={"name": "default"})
array3("v3-v2-keys", voxels(SHAPE, "u2"), CHUNKS, [bytes_codec()], bytes, keys={"name": "v2"})
array3("v3-v2-keys-nested", voxels(SHAPE, "u2"), CHUNKS, [bytes_codec()], bytes, keys={"name": "v2", "configuration": {"separator": "/"}})
array3("v3-transpose", voxels(SHAPE, "u2"), CHUNKS, [{"name": "transpose", "configuration": {"order": [1, 2, 0]}}, bytes_codec()], bytes, order=(1, 2, 0))
array3("v3-transpose-blosc", voxels(SHAPE, "f4"), CHUNKS, [{"name": "transpose", "configuration": {"order": [2, 0, 1]}}, bytes_codec("big"), *PIPELINES["blosc"][0][1:]], blosc.encode, order=(2, 0, 1), big=True)
for number, (dtype, fill) in enumerate([("u1", 255), ("i8", -5), ("f4", "NaN"), ("f8", "-Infinity"), ("f4", "0x7fc00001"), ("f4", 1.5)]):
    value = {"NaN": np.nan, "-Infinity": -np.inf}.get(fill, fill) if not str(fill).startswith("0x") else np.frombuffer(bytes.fromhex(fill[2:])[::-1], "<f4")[0]
    array3(f"v3-fill-{number}", voxels(SHAPE, dtype, value), CHUNKS, [bytes_codec()], bytes, fill=fill)
array3("v3-named", voxels((3, *SHAPE), "u2"), (1, *CHUNKS), [bytes_codec()], bytes, axes="tzyx", names=["t", "z", "y", "x"])
array3("v3-optional-field", voxels(SHAPE, "u2"), CHUNKS, [bytes_codec()], bytes, extra={"later": {"must_understand": False}, "attributes": {"any": [1]}})

json.dump(written, sys.stdout)
