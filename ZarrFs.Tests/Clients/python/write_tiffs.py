"""Writes one small image in every encoding that tifffile, tiffcp and GDAL have, and what GDAL reads back, band after band.

For lossless encodings that must be what was written; the one exception is named below.
"""
import itertools
import json
import os
import subprocess
import sys

import numpy as np
import tifffile
from osgeo import gdal

gdal.UseExceptions()
gdal.PushErrorHandler("CPLQuietErrorHandler")

HEIGHT, WIDTH = 53, 37
LAYOUTS = {"strip7": ["-s", "-r", "7"], "strip1": ["-s", "-r", "1"], "whole": ["-s", "-r", "1000"], "tile": ["-t", "-w", "32", "-l", "16"]}
INTEGER = ["none", "lzw", "lzw:2", "zip", "zip:2", "packbits", "zstd", "zstd:2", "lzma", "lzma:2"]
FLOAT = ["none", "lzw:2", "lzw:3", "zip:3", "packbits", "zstd:3", "lzma:3"]
BILEVEL = ["none", "lzw", "zip", "packbits", "g3:1d", "g3:2d", "g3:fill", "g4"]


def images():
    """Name, samples (interleaved), compressions."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    noise = np.random.default_rng(3).random((HEIGHT, WIDTH))
    smooth = np.sin(x / 9) * np.cos(y / 7) + noise / 50
    for name, low, high in [("u1", 0, 255), ("u2", 0, 65535), ("u4", 0, 4e9), ("i1", -128, 127), ("i2", -32768, 32767), ("i4", -2e9, 2e9)]:
        yield name, ((smooth + 1.1) / 2.2 * (high - low) + low).astype(name), INTEGER
    yield "f4", smooth.astype("f4"), FLOAT
    yield "f8", smooth * 1e-6, FLOAT
    rgb = np.stack([np.roll(smooth, 5 * i, axis=0) for i in range(3)], axis=-1)
    for planes in ["contig", "separate"]:
        yield f"rgb8-{planes}", ((rgb + 1.1) * 110).astype("u1"), ["none", "lzw:2", "zip", "packbits", "jpeg:r"]
        yield f"rgb16-{planes}", ((rgb + 1.1) * 28000).astype("u2"), ["none", "lzw:2", "zstd:2"]
    yield "ycbcr", ((rgb + 1.1) * 110).astype("u1"), ["jpeg"]
    yield "gray-jpeg", ((smooth + 1.1) * 110).astype("u1"), ["jpeg"]
    yield "bits", smooth > 0, BILEVEL


def read(path):
    """All bands as they are stored, one after the other."""
    return gdal.Open(path).ReadAsArray()


def main(folder):
    made = []

    def expect(name, lossless=None):
        path = os.path.join(folder, name)
        found = read(path)
        if lossless is not None and not np.array_equal(found, lossless.view(found.dtype) if lossless.dtype.itemsize == found.dtype.itemsize else lossless):
            # libtiff's encoder turns the bytes of big-endian samples round before the floating-point predictor takes them apart;
            # its decoder does not turn them back. What was written is what is meant.
            assert "-B" in name and ":3" in name, f"{name}: GDAL reads something else than was written"
            found = lossless
        with open(path + ".raw", "wb") as raw:
            raw.write(np.ascontiguousarray(found).astype(found.dtype.newbyteorder("<")).tobytes())
        made.append(name)

    for name, samples, compressions in images():
        source = os.path.join(folder, f"{name}-source.tif")
        bands = np.moveaxis(samples, -1, 0) if samples.ndim == 3 else samples
        planes = {"photometric": "minisblack"} if samples.ndim == 2 else {"photometric": "rgb", "planarconfig": "separate" if "separate" in name else "contig"}
        tifffile.imwrite(source, bands if "separate" in name else samples, metadata=None, **planes)
        for index, (compression, layout, order) in enumerate(itertools.product(compressions, LAYOUTS, ["-L", "-B"])):
            if compression.startswith("jpeg") and layout in ("strip1", "strip7"):
                continue  # eight rows are JPEG's least
            if name == "rgb16-separate" and layout == "tile":
                continue  # tiffcp makes garbage of it
            big = ["-8"] if index % 3 == 0 else []
            file = f"{name}-{compression}-{layout}{order}{''.join(big)}.tif"
            done = subprocess.run(
                ["tiffcp", *big, order, "-c", compression, *LAYOUTS[layout], source, os.path.join(folder, file)], capture_output=True, check=False)
            if done.returncode != 0 and b"not configured" in done.stderr + done.stdout:
                continue
            assert done.returncode == 0, f"{file}: {done.stderr}"
            expect(file, None if compression.startswith("jpeg") else bands)
        if name in ("u1", "u2", "i2", "f4", "f8", "rgb8-contig"):
            for option in ["LERC", "LERC_DEFLATE", "LERC_ZSTD", "WEBP"]:
                if option not in gdal.GetDriverByName("GTiff").GetMetadataItem("DMD_CREATIONOPTIONLIST") or option == "WEBP" and name != "rgb8-contig":
                    continue
                for tiled in ["YES", "NO"]:
                    file = f"{name}-{option}-{tiled}.tif"
                    gdal.Translate(os.path.join(folder, file), source, creationOptions=[
                        f"COMPRESS={option}", f"TILED={tiled}", "BLOCKXSIZE=32", "BLOCKYSIZE=16", "WEBP_LOSSLESS=YES"])
                    expect(file, bands)
        os.remove(source)
    print(json.dumps(made))


main(json.loads(sys.argv[1])["folder"])
