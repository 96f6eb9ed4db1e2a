"""What other readers find in TIFF files: SHA-256 of all pages in order, samples as (page, y, x, sample), little-endian; per file and reader."""
import hashlib
import json
import os
import resource
import signal
import sys
import warnings

import numpy
import tifffile
from osgeo import gdal
from PIL import Image, ImageSequence

SECONDS = 20
MEMORY = 6 << 30


def with_gdal(path):
    gdal.UseExceptions()
    first = gdal.Open(path)
    names = [name for name, _ in first.GetSubDatasets()] or [path]
    pages = []
    for name in names:
        # GDAL 3.6 widens half floats by itself; NBITS files come as the next larger integer.
        bands = gdal.Open(name).ReadAsArray()
        pages.append(bands if bands.ndim == 2 else numpy.moveaxis(bands, 0, -1))
    return pages


def with_pillow(path):
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path) as image:
        return [numpy.asarray(page) for page in ImageSequence.Iterator(image)]


def with_tifffile(path):
    pages = []
    with tifffile.TiffFile(path) as tiff:
        for page in tiff.pages:
            samples = page.asarray()
            pages.append(numpy.moveaxis(samples, 0, -1) if page.planarconfig == 2 and samples.ndim == 3 else samples)
    return pages


def with_tiffcp(path):
    copy = f"/tmp/zarrfs-judge-{os.getpid()}.tif"
    try:
        # Options that change no sample: only the compression goes, and libtiff turns JPEG's YCbCr into RGB by itself.
        status = os.spawnlp(os.P_WAIT, "tiffcp", "tiffcp", "-c", "none", path, copy)
        if status != 0:
            raise ValueError("tiffcp failed")
        return with_tifffile(copy)
    finally:
        if os.path.exists(copy):
            os.remove(copy)


READERS = {"GDAL": with_gdal, "Pillow": with_pillow, "tifffile": with_tifffile, "libtiff": with_tiffcp}


def judge(reader, path, pipe):
    """In a process of its own: some of these files crash other readers."""
    signal.alarm(SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    warnings.simplefilter("ignore")
    digest = hashlib.sha256()
    pages = READERS[reader](path)
    if not pages or any(page.size == 0 for page in pages):
        raise ValueError("nothing read")
    for page in pages:
        if page.dtype == numpy.float16:
            page = page.astype("<f4")
        if page.dtype == numpy.bool_:
            page = page.astype("u1")
        digest.update(numpy.ascontiguousarray(page.astype(page.dtype.newbyteorder("<"))).tobytes())
    os.write(pipe, digest.hexdigest().encode())


def main():
    verdicts = {}
    for path in json.loads(sys.argv[1])["files"]:
        found = {}
        for reader in READERS:
            back, pipe = os.pipe()
            child = os.fork()
            if child == 0:
                try:
                    judge(reader, path, pipe)
                except BaseException:
                    os._exit(1)
                os._exit(0)
            os.close(pipe)
            with os.fdopen(back, "rb") as answer:
                digest = answer.read().decode()
            os.waitpid(child, 0)
            if digest:
                found[reader] = digest
        verdicts[path] = found
    json.dump(verdicts, sys.stdout)


main()
